"""The page that says yes to a tunnel, and the line it gives: bound to the command's key."""

from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.test import Client

from reachback.access import operations
from reachback.access.errors import TicketRefused
from reachback.access.models import AccessSession
from reachback.access.tests.conftest import SYSTEM, World
from reachback.access.tunnel.asking import Answer, Place, Way
from reachback.access.tunnel.errors import TunnelError
from reachback.audit.models import AuditRow
from reachback_wire import documents as wire
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db
TILL = "till-3.hotel.example:80"


def _client(world: World, who: str) -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client


def _publish(world: World, recording: str = "optional") -> None:
    clause = wire.Clause(
        1,
        (wire.Capability("tunnel", (TILL,)),),
        wire.Who(teams=("Remote team",)),
        case_required=True,
    )
    world.publish(world.contract(clauses=(clause,), recording=recording))


def _page(world: World, key: PrivateKey, target: str = TILL) -> str:
    place = Place("https://support.example.com", str(world.device.id))
    address = urlsplit(place.address(Way(0, target), key.public_line))
    return f"{address.path}?{address.query}"


def _say_yes(world: World, who: str, key: PrivateKey, target: str = TILL) -> tuple[int, str]:
    given = {"target": target, "key": key.public_line.split(" ")[1]}
    case = {"case": str(world.open_case())}
    answer = _client(world, who).post(_page(world, key).partition("?")[0], given | case)
    return answer.status_code, unescape(answer.content.decode())


def _line(page: str) -> Answer:
    return Answer.parse(page.partition("readonly>")[2].partition("</textarea>")[0])


def test_the_page_names_target_key_clause_and_what_is_recorded(world: World) -> None:
    _publish(world)
    world.open_case()
    key = PrivateKey.generate()
    text = unescape(_client(world, "tomas").get(_page(world, key)).content.decode())
    assert TILL in text
    assert key.fingerprint in text
    assert f"You may connect to {TILL}" in text
    assert "Of what you send, only digests are kept." in text


def test_a_contract_that_demands_recording_says_so(world: World) -> None:
    _publish(world, "required")
    text = _client(world, "tomas").get(_page(world, PrivateKey.generate())).content.decode()
    assert "Everything that passes, both ways, is recorded." in text


def test_the_line_carries_a_grant_for_exactly_this_key_and_capability(world: World) -> None:
    _publish(world)
    key = PrivateKey.generate()
    status, page = _say_yes(world, "tomas", key)
    assert status == 200, page
    answer = _line(page)
    grant = wire.Grant.parse(answer.grant.body)
    assert (grant.session_key, grant.capabilities) == (key.public_line, ("tunnel",))
    session = AccessSession.objects.visible_to(SYSTEM).get()
    assert (str(session.id), session.run_as) == (answer.session, "")
    assert AuditRow.objects.get(action="session.granted").data["target"] == TILL
    other = PrivateKey.generate()
    with pytest.raises(TicketRefused):
        operations.redeem(now=world.now, ticket=answer.ticket, key=other.public_line)


def test_another_target_is_refused_with_its_clause_and_audited(world: World) -> None:
    _publish(world)
    status, page = _say_yes(world, "tomas", PrivateKey.generate(), "169.254.169.254:80")
    assert status == 403
    assert "readonly>" not in page
    assert AuditRow.objects.get(action="session.refused").data["code"] == "parameter-refused"


@pytest.mark.parametrize("who", ["ada", "chen", "li", "pat"])
def test_nobody_but_technicians_says_yes(world: World, who: str) -> None:
    _publish(world)
    status, page = _say_yes(world, who, PrivateKey.generate())
    assert status in {403, 404}
    assert "readonly>" not in page
    assert not AccessSession.objects.visible_to(SYSTEM).exists()


def test_the_page_asks_before_it_acts(world: World) -> None:
    _publish(world)
    world.open_case()
    _client(world, "tomas").get(_page(world, PrivateKey.generate()))
    assert not AccessSession.objects.visible_to(SYSTEM).exists()


def test_hostile_words_in_the_address_stay_words(world: World) -> None:
    _publish(world)
    page = _page(world, PrivateKey.generate(), "<script>alert(1)</script>:80")
    text = _client(world, "tomas").get(page).content.decode()
    assert "<script>alert(1)" not in text


def test_the_copied_line_comes_back_whole_or_not_at_all(world: World) -> None:
    _publish(world)
    _, page = _say_yes(world, "tomas", PrivateKey.generate())
    answer = _line(page)
    text = answer.to_text()
    assert Answer.parse(f"  {text[:40]}\n{text[40:]} ") == answer
    for broken in ("", text[:-7], "hello", text[: len(text) // 2]):
        with pytest.raises(TunnelError):
            Answer.parse(broken)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8080:till-3:80/udp", "udp"),
        ("8080:udp:till-3:80", "udp"),
        ("till-3:80", "way"),
        ("70000:till-3:80", "way"),
        ("8080:till-3:http", "way"),
        ("", "way"),
    ],
)
def test_a_way_that_cannot_be_is_named(text: str, code: str) -> None:
    with pytest.raises(TunnelError) as refused:
        Way.parse(text)
    assert refused.value.code == code


def test_a_server_is_reached_by_tls_except_on_this_computer() -> None:
    device = "0198a000-0000-7000-8000-000000000001"
    page = f"https://support.example.com/devices/{device}/"
    assert Place.parse(page, "") == Place("https://support.example.com", device)
    assert Place.parse(device, "http://tech.localhost:8000").server == "http://tech.localhost:8000"
    for server in ("", "http://support.example.com", "ftp://support.example.com"):
        with pytest.raises(TunnelError) as refused:
            Place.parse(device, server)
        assert refused.value.code == "server"
    with pytest.raises(TunnelError):
        Place.parse("till-3", "https://support.example.com")


def test_a_line_that_nobody_copied_in_time_is_worthless(world: World) -> None:
    _publish(world)
    key = PrivateKey.generate()
    _, page = _say_yes(world, "tomas", key)
    with pytest.raises(TicketRefused):
        operations.redeem(
            now=world.now + timedelta(days=1),
            ticket=_line(page).ticket,
            key=key.public_line,
        )
