"""What a customer reads of the provider's scripts: what it signed and was offered, no more."""

from dataclasses import replace

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from reachback.access import operations, reading
from reachback.access.errors import MayNotKeepScripts, NoSuchScript
from reachback.access.models import Script
from reachback.access.scripts import signs
from reachback.access.scripts.texts import digest
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests.conftest import CUSTOMER, World
from reachback.access.tests.test_script_pages import client, kept
from reachback.audit import sequencing
from reachback.audit.models import AuditRow
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db


def signed(world: World, serial: int, *texts: str) -> None:
    """The customer signs and publishes a contract that names these texts in clause 2."""
    scripts = wire.Capability("exec", tuple(digest(each) for each in texts))
    clause = wire.Clause(2, (scripts,), wire.Who(teams=("Remote team",)))
    contract = world.contract(serial)
    contract = replace(contract, clauses=(*contract.clauses, *((clause,) if texts else ())))
    if serial == 1:
        world.publish(contract)
        return
    operations.publish_contract(
        actor=world.actor("chen"),
        now=world.now,
        organisation_id=world.lotus.id,
        document=wire.seal(contract, CUSTOMER).to_json(),
    )


def next_version(world: World, row: Script, text: str) -> None:
    operations.change_script(
        actor=world.actor("tomas"),
        now=world.now,
        script_id=row.id,
        based_on=row.latest,
        name=row.name,
        version=NewVersion(text=text),
    )
    row.refresh_from_db()


def offer(world: World, row: Script, number: int = 1, **changes: bool) -> None:
    operations.offer_script(
        actor=world.actor("tomas"),
        now=world.now,
        organisation_id=world.lotus.id,
        script_id=row.id,
        number=number,
        **changes,
    )


def page(world: World, address: str, who: str = "chen") -> str:
    return client(world, who).get(address).content.decode()


def test_a_customer_without_scripts_is_told_what_they_are(world: World) -> None:
    text = page(world, "/portal/scripts/")
    assert "Your contract names no script" in text


def test_a_signed_text_is_read_word_for_word_from_the_contract(world: World) -> None:
    row = kept(world, version=NewVersion(text="df -h\nuptime\n", note="first"))
    signed(world, 1, "df -h\nuptime\n")
    assert "Read the 1 script this clause names" in page(world, "/portal/contract/")
    assert "Disk report" in page(world, "/portal/scripts/")
    text = page(world, f"/portal/scripts/{row.id}/1/")
    assert "df -h\nuptime\n" in text
    assert '<pre class="script-numbers" aria-hidden="true">1\n2</pre>' in text
    assert digest("df -h\nuptime\n") in text
    assert "in clause 2" in text
    assert "Tomás Rivera" in text
    file = client(world, "chen").get(f"/portal/scripts/{row.id}/1/text")
    assert file.content == b"df -h\nuptime\n"


def test_what_was_not_offered_does_not_exist_for_a_customer(world: World) -> None:
    row = kept(world)
    world.publish()
    for address in (f"/portal/scripts/{row.id}/1/", f"/portal/scripts/{row.id}/1/text"):
        assert client(world, "chen").get(address).status_code == 404
    assert "Disk report" not in page(world, "/portal/scripts/")


def test_another_customer_reads_nothing_of_an_offer(world: World) -> None:
    row = kept(world)
    offer(world, row)
    assert client(world, "chen").get(f"/portal/scripts/{row.id}/1/").status_code == 200
    assert client(world, "pat").get(f"/portal/scripts/{row.id}/1/").status_code == 404
    assert client(world, "li").get(f"/portal/scripts/{row.id}/1/").status_code == 403


def test_an_offer_is_read_and_taken_back_with_undo(world: World) -> None:
    row = kept(world)
    browser = client(world, "tomas")
    address = f"/access/organisations/{world.lotus.id}/scripts/{row.id}/versions/1/offer"
    answer = browser.post(address, {"next": "https://evil.example/"})
    assert answer.headers["Location"] == f"/scripts/{row.id}/"
    assert "1 script is offered" in page(world, "/portal/contract/")
    assert "not allowed now" in page(world, f"/portal/scripts/{row.id}/1/")
    (message,) = get_messages(answer.wsgi_request)
    browser.post(message.extra_tags)
    assert client(world, "chen").get(f"/portal/scripts/{row.id}/1/").status_code == 404


def test_an_offer_stands_in_both_logs_once(world: World) -> None:
    row = kept(world)
    offer(world, row)
    offer(world, row)
    acts = AuditRow.objects.filter(action="script.offered")
    assert acts.count() == 1
    sequencing.sequence(world.lotus.id, now=world.now)
    sequencing.sequence(world.provider.id, now=world.now)
    with pytest.raises(MayNotKeepScripts):
        operations.offer_script(
            actor=world.actor("ada"),
            now=world.now,
            organisation_id=world.lotus.id,
            script_id=row.id,
            number=1,
        )


def test_the_next_version_is_compared_with_the_one_signed_before(world: World) -> None:
    row = kept(world, version=NewVersion(text="df -h\n"))
    signed(world, 1, "df -h\n")
    next_version(world, row, "df -i\n")
    next_version(world, row, "df -i\nuptime\n")
    offer(world, row, 3)
    shown = client(world, "chen").get(f"/portal/scripts/{row.id}/3/")
    assert shown.context["before"].number == 1
    assert [line.text for line in shown.context["difference"] if line.kind == "added"] == [
        "df -i",
        "uptime",
    ]
    with pytest.raises(NoSuchScript):  # version 2 was never shown to this customer
        reading.reading(world.actor("chen"), world.lotus.id, row.id, 2)


def test_what_an_earlier_contract_allowed_stays_readable(world: World) -> None:
    row = kept(world, version=NewVersion(text="df -h\n"))
    signed(world, 1, "df -h\n")
    signed(world, 2)
    text = page(world, f"/portal/scripts/{row.id}/1/")
    assert "Contract 1 allowed it" in text
    assert "Allowed by an earlier contract" in page(world, "/portal/scripts/")


def test_a_digest_without_a_text_is_said_plainly(world: World) -> None:
    signed(world, 1, "a text nobody has")
    text = page(world, "/portal/scripts/")
    assert "A text the provider does not have" in text
    assert digest("a text nobody has") in text


def test_nothing_in_a_text_hides_from_who_signs_it(world: World) -> None:
    wicked = "echo <b>hi</b> \u202e# gnp.evil\u202c\nrm -rf /tmp/x\u200b\r\n"
    row = kept(world, name="<img src=x>", version=NewVersion(text=wicked))
    offer(world, row)
    text = page(world, f"/portal/scripts/{row.id}/1/")
    assert "<mark>U+202E</mark># gnp.evil<mark>U+202C</mark>" in text
    assert "&lt;b&gt;hi" in text
    assert "<img" not in text
    assert "3 characters of this text cannot be seen" in text


def test_the_lines_are_counted_as_the_interpreter_counts_them() -> None:
    assert signs.numbers("a\u2028b\x0bc\nd\n") == "1\n2"
    assert signs.told("a\u2028b\tc") == "a[U+2028]b\tc"


def test_the_form_offers_the_text_to_the_customer(world: World) -> None:
    row = kept(world)
    world.publish()
    browser: Client = client(world, "tomas")
    address = f"/access/devices/{world.device.id}/scripts/{row.id}/"
    assert "Show it to Lotus Hotels in the portal" in browser.get(address).content.decode()
    offer(world, row)
    text = browser.get(address).content.decode()
    assert "Lotus Hotels can read it in the portal" in text
    assert "Take the offer back" in text
