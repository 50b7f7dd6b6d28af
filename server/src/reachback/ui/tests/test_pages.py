from dataclasses import dataclass

import pytest
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from reachback.kernel.actors import Actor
from reachback.kernel.errors import NotPermitted
from reachback.kernel.transactions import WorkInsideTransaction
from reachback.ui import pages, slots
from reachback.ui.contexts import PageContext
from reachback.ui.doors import agents_only
from reachback.ui.pages import Shell
from reachback.ui.slots import NavigationItem
from reachback.ui.web import errors, gallery


@dataclass(frozen=True, kw_only=True)
class Sample(PageContext):
    count: int


def request(path: str = "/", actor: Actor | None = None) -> HttpRequest:
    made = RequestFactory().get(path)
    made.actor = actor  # type: ignore[attr-defined]
    return made


def agent(*, is_provider: bool = True) -> Actor:
    return Actor(kind="person", id=None, name="Maya Lindqvist", is_provider=is_provider)


def test_a_template_sees_the_fields_of_its_context() -> None:
    assert Sample(title="T", count=3).variables() == {"title": "T", "count": 3}


def test_the_nearest_link_is_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(href: str) -> slots.NavigationEntry:
        return lambda _: NavigationItem(label=href, href=href, icon="case")

    answers = [(0, n, entry(h)) for n, h in enumerate(("/", "/queue", "/queue/teams"))]
    monkeypatch.setattr(slots.navigation, "_answers", answers)

    def here(path: str) -> list[str]:
        return [i.href for i, now in Shell(request(path, agent())).navigation if now]

    assert here("/queue/teams/1") == ["/queue/teams"]
    assert here("/queue") == ["/queue"]
    assert here("/elsewhere") == []

    queue = NavigationItem(label="Queue", href="/queue", icon="queue", also=("/cases/",))
    monkeypatch.setattr(slots.navigation, "_answers", [*answers, (0, 9, lambda _: queue)])
    assert here("/cases/7/") == ["/queue"]
    assert Shell(request("/queue")).navigation == ()


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda r: errors.bad_request(r, SuspiciousOperation()), 400),
        (lambda r: errors.forbidden(r, PermissionError()), 403),
        (errors.csrf_failure, 403),
        (lambda r: errors.not_found(r, Http404()), 404),
        (errors.broken, 500),
    ],
)
def test_each_failure_says_what_to_do(answer: object, status: int) -> None:
    page = answer(request())  # type: ignore[operator]
    assert page.status_code == status
    assert "Back to the start" in page.content.decode()


@pytest.mark.parametrize("name", gallery.PAGES)
def test_every_gallery_page_renders(name: str) -> None:
    assert gallery.gallery(request(f"/gallery/{name}"), name).status_code == 200


def test_the_workspace_is_for_the_provider() -> None:
    view = agents_only(errors.broken)
    assert view(request("/x")).status_code == 302
    assert view(request("/x", agent())).status_code == 500
    with pytest.raises(NotPermitted):
        view(request("/x", agent(is_provider=False)))


@pytest.mark.django_db
def test_no_page_is_rendered_while_a_write_transaction_is_open() -> None:
    context = Sample(title="T", count=3)
    assert pages.render(request(), "ui/broken.html", context).status_code == 200
    for render in (pages.render, pages.fragment):
        with transaction.atomic(), pytest.raises(WorkInsideTransaction):
            render(request(), "ui/broken.html", context)
