"""Pages and buttons of the demo. Anybody who reaches the demo may press them: it holds no
secrets.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reachback.access import queries as access
from reachback.config.demo import attacks, cable, contexts, samples, state
from reachback.config.demo.handlers import DEVICE, OPERATOR
from reachback.config.demo.hotel import place
from reachback.kernel import clock, front
from reachback.people import queries as people
from reachback.ui import pages

HOSTS = {
    "ops": "maya@northstar.example",
    "tech": "tomas@northstar.example",
    "hotel": "chen.wei@lotus-hotels.example",
}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CUT_SECONDS = 10


def _doors(request: HttpRequest) -> tuple[contexts.Door, ...]:
    """Return the three people to be, each on a host of its own."""
    port = request.get_port()
    port = request.get_host().partition(":")[2] or port
    rows = (
        ("ops", "Maya Lindqvist", _("operations manager at Northstar"), "queue",
         _("Sees the case open by itself, sends it to the remote team with one key.")),
        ("tech", "Tomás Rivera", _("technician at Northstar"), "device",
         _("Connects under the hotel's contract, repairs the file in a recorded shell.")),
        ("hotel", "Chen Wei", _("administrator at Lotus Hotels"), "shield",
         _("Watches live, replays, verifies, and can end everything with Revoke.")),
    )  # fmt: skip
    return tuple(
        contexts.Door(name, role, f"http://{host}.localhost:{port}/demo/enter/", icon, what)
        for host, name, role, icon, what in rows
    )


@require_GET
def first_page(request: HttpRequest) -> HttpResponse:
    """Tell the story in one paragraph, with big doors."""
    page = contexts.FirstPage(
        title=_("A small hotel, far away"),
        doors=_doors(request),
        hotel=state.hotel(OPERATOR, DEVICE),
        processes=state.processes(),
        samples=samples.present(OPERATOR),
    )
    return pages.render(request, "demo/first.html", page)


@require_GET
def state_json(request: HttpRequest) -> JsonResponse:
    """Answer how the hotel's device stands."""
    hotel = state.hotel(OPERATOR, DEVICE)
    return JsonResponse({"device": hotel.device, "health": hotel.health, "linked": hotel.linked})


@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as the person of this host."""
    host = request.get_host().partition(".")[0]
    person = people.people(OPERATOR).filter(email=HOSTS.get(host, "")).first()
    if person is None:
        raise Http404
    login(request, person, backend=BACKEND)
    return redirect("/")


def _done(request: HttpRequest, words: str) -> HttpResponse:
    """Answer a button: a toast for scripts, a page otherwise."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.info(request, words)
    return redirect(request.headers.get("Referer") or "/demo/")


@require_POST
def break_hotel(request: HttpRequest) -> HttpResponse:
    """Save the configuration as a word processor would."""
    place.break_it(state.places().service)
    return _done(request, _("The file was saved from a word processor. Watch Maya's queue."))


@require_POST
def repair_hotel(request: HttpRequest) -> HttpResponse:
    """Put the backup back, for those who came to look at something else."""
    place.repair(state.places().service)
    return _done(request, _("The backup was put back and the service restarted."))


@require_POST
def cut_cable(request: HttpRequest) -> HttpResponse:
    """Cut the hotel's line for ten seconds."""
    try:
        cable.order(state.places().cable, f"cut {CUT_SECONDS}")
    except OSError:
        return _done(request, _("The cable does not answer; is the demo still running?"))
    return _done(request, _("The hotel's cable is cut for 10 seconds."))


@require_POST
def dishonest(request: HttpRequest) -> HttpResponse:
    """Act as a dishonest server and show what the device answers."""
    hotel = state.hotel(OPERATOR, DEVICE)
    if not hotel.device_id:
        return _done(request, _("The hotel's device is not enrolled yet; wait a moment."))
    try:
        rows = attacks.dishonest_server(OPERATOR, UUID(hotel.device_id), state.ms(clock.now()))
    except (front.FrontUnavailable, front.FrontRefused) as error:
        rows = [(_("Reach the device"), error.sentence, error.code)]
    page = contexts.Demonstration(
        title=_("A dishonest server"),
        lead=_(
            "With the real grant key in hand and our own checks switched off, this server sent the "
            "device three orders. The device itself decides; these are its answers."
        ),
        rows=rows,
        good=all(code != "opened" for _what, _sentence, code in rows),
        command="reachback-connector receipts --state …",
    )
    return pages.render(request, "demo/demonstration.html", page)


@require_POST
def alter(request: HttpRequest) -> HttpResponse:
    """Alter one byte of the newest recording and let the customer's verifier look at it."""
    session = access.sessions(OPERATOR).filter(state="ended").first()
    if session is None:
        return _done(request, _("There is no finished session yet: connect and end one first."))
    try:
        words, status, command = attacks.alter_one_byte(OPERATOR, session.id, state.places())
    except LookupError:
        return _done(request, _("The newest session has no signed documents; end another one."))
    page = contexts.Demonstration(
        title=_("One altered byte"),
        lead=_("One bit of the recording was flipped. This is what the hotel's verifier says."),
        rows=[
            (_("Verify the altered recording"), words, _("exit %(status)d") % {"status": status})
        ],
        good=status == 1,
        command=command,
    )
    return pages.render(request, "demo/demonstration.html", page)


@require_POST
def remove_samples(request: HttpRequest) -> HttpResponse:
    """Remove the sample history in one click."""
    count = samples.remove(OPERATOR, clock.now())
    return _done(request, _("%(count)d sample cases were removed.") % {"count": count})
