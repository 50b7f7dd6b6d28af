"""A customer writes a contract in the portal and signs it elsewhere, without TOML."""

import json
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from reachback.access import operations, queries
from reachback.access.drafting import exchange, mistakes, shapes, templates
from reachback.access.errors import DocumentRefused, DraftFaulty, DraftMoved
from reachback.access.models import ContractDraft, SigningRound
from reachback.access.operations.keep_draft import Edit
from reachback.access.tests.conftest import CUSTOMER, SYSTEM, World
from reachback.access.tests.recorded import key
from reachback_wire import documents as wire
from reachback_wire import signing

pytestmark = pytest.mark.django_db


def _client(world: World, who: str = "chen") -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client


def _begin(world: World, source: str = "kiosk") -> Client:
    world.publish()
    client = _client(world)
    answer = client.post(reverse("access_portal:begin_draft"), {"source": source})
    assert answer.status_code == 302
    return client


def _draft() -> ContractDraft:
    row: ContractDraft = ContractDraft.objects.visible_to(SYSTEM).get()
    return row


def _round() -> SigningRound:
    row: SigningRound = SigningRound.objects.visible_to(SYSTEM).get()
    return row


def _page(client: Client, name: str, **arguments: object) -> str:
    answer = client.get(reverse(f"access_portal:{name}", kwargs=arguments))
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.parametrize("template", [each.name for each in templates.TEMPLATES])
def test_each_template_is_a_contract_that_only_has_to_be_signed(
    world: World, template: str
) -> None:
    client = _begin(world, template)
    assert "has to be mended" not in _page(client, "draft")
    client.post(reverse("access_portal:prepare_contract"))
    contract = wire.Contract.parse(_round().body)
    assert contract.device_tags == ("front-desk",)
    assert contract.serial == 2
    assert not any(clause.implies_everything for clause in contract.clauses)


def test_a_contract_is_written_signed_elsewhere_and_takes_effect(world: World) -> None:
    client = _begin(world)
    client.post(reverse("access_portal:prepare_contract"))
    row = _round()
    signing_page = _page(client, "signing", round_id=row.id)
    assert "Chen Wei" in signing_page
    body = client.get(reverse("access_portal:signing_bytes", args=[row.id])).content
    assert body.decode() == row.body
    made = signing.sign(CUSTOMER, "reachback-contract", body)
    client.post(reverse("access_portal:add_signature", args=[row.id]), {"signature": made})
    running = queries.running_contract(SYSTEM, world.lotus.id)
    assert running is not None
    assert running.digest == row.digest
    assert _round().state == "published"
    assert not ContractDraft.objects.visible_to(SYSTEM).exists()


def test_a_signed_copy_of_the_document_counts_as_its_signature(world: World) -> None:
    client = _begin(world)
    client.post(reverse("access_portal:prepare_contract"))
    row = _round()
    taken = client.get(reverse("access_portal:signing_document", args=[row.id])).content.decode()
    given = wire.Envelope.from_json(taken)
    signed = wire.seal_body(given.body, "reachback-contract", CUSTOMER)
    text = json.dumps(signed.to_json())
    client.post(reverse("access_portal:add_signature", args=[row.id]), {"signature": text})
    assert _round().state == "published"


@pytest.mark.parametrize("who", ["mallory", "revoke"])
def test_a_signature_of_another_key_is_not_taken(world: World, who: str) -> None:
    client = _begin(world)
    client.post(reverse("access_portal:prepare_contract"))
    row = _round()
    made = signing.sign(key(who), "reachback-contract", row.body.encode())
    answer = client.post(reverse("access_portal:add_signature", args=[row.id]), {"signature": made})
    assert answer.status_code == 400
    assert "Nothing was added." in answer.content.decode()
    assert not _round().signatures


def test_a_signature_over_another_text_or_namespace_is_not_taken(world: World) -> None:
    client = _begin(world)
    client.post(reverse("access_portal:prepare_contract"))
    row = _round()
    for text in (
        signing.sign(CUSTOMER, "reachback-contract", b"another text"),
        signing.sign(CUSTOMER, "reachback-narrow", row.body.encode()),
        json.dumps(wire.seal(world.contract(serial=9), CUSTOMER).to_json()),
        "hello",
    ):
        with pytest.raises(DocumentRefused):
            operations.add_signature(
                actor=world.actor("chen"), now=world.now, round_id=row.id, text=text
            )
    assert _round().state == "collecting"


def test_two_of_three_have_to_sign_and_the_page_says_who_is_missing(world: World) -> None:
    world.publish()
    keys = {name: key(name) for name in ("customer", "li", "zhang")}
    after = replace(
        world.keyset,
        serial=2,
        threshold=2,
        previous=queries.keysets(SYSTEM, world.lotus.id)[0].digest,
        keys=tuple(
            wire.KeysetKey(each.public_line, name.title(), ("sign",)) for name, each in keys.items()
        ),
    )
    chen = world.actor("chen")
    operations.publish_keyset(
        actor=chen,
        now=world.now,
        organisation_id=world.lotus.id,
        document=wire.seal(after, CUSTOMER).to_json(),
    )
    client = _client(world)
    client.post(reverse("access_portal:begin_draft"), {"source": "till"})
    client.post(reverse("access_portal:prepare_contract"))
    row = _round()

    def sign(name: str) -> SigningRound:
        made = signing.sign(keys[name], "reachback-contract", row.body.encode())
        given = {"actor": chen, "now": world.now, "round_id": row.id}
        return operations.add_signature(text=made, **given)

    sign("li")
    sign("li")
    assert _round().state == "collecting"
    page = _page(client, "signing", round_id=row.id)
    assert page.index("Li") < page.index("not yet")
    assert page.count("not yet") == 2
    assert sign("zhang").state == "published"


def test_every_mistake_is_said_at_its_clause_and_the_draft_is_kept(world: World) -> None:
    client = _begin(world)
    form = {
        "mark": shapes.mark(shapes.clause(_draft().value, 2)),
        "do_shell_user": "on",
        "on_shell_user": "",
        "do_tunnel": "on",
        "on_tunnel": "not a target",
        "technicians": "ssh-ed25519 nonsense",
        "mfa": "any",
        "zone": "Mars/Olympus",
        "days0": ["mon"],
        "from0": "22:00",
        "to0": "25:00",
        "needed": "0",
        "on_cut": "freeze",
    }
    assert client.post(reverse("access_portal:clause", args=[2]), form).status_code == 302
    kept = shapes.clause(_draft().value, 2)
    assert kept is not None
    assert kept["when"]["zone"] == "Mars/Olympus"
    page = _page(client, "draft")
    for words in ("It names nothing", "host:port", "HH:MM", "to be mended first"):
        assert words in page
    with pytest.raises(DraftFaulty):
        operations.prepare_contract(
            actor=world.actor("chen"), now=world.now, organisation_id=world.lotus.id
        )


def test_what_a_clause_would_mean_is_shown_before_it_is_kept(world: World) -> None:
    client = _begin(world)
    form = {"do_shell_admin": "on", "any_hour": "on", "mfa": "passkey", "on_cut": "kill"}
    answer = client.post(reverse("access_portal:preview_clause", args=[9]), form)
    page = answer.content.decode()
    assert "open a shell as administrator" in page
    assert "can do anything on the device" in page
    assert shapes.clause(_draft().value, 9) is None


def test_a_clause_two_administrators_write_is_not_lost_silently(world: World) -> None:
    client = _begin(world)
    seen = shapes.mark(shapes.clause(_draft().value, 2))
    form = {"mark": seen, "do_reboot": "on", "any_hour": "on", "mfa": "any", "on_cut": "freeze"}
    assert client.post(reverse("access_portal:clause", args=[2]), form).status_code == 302
    second = client.post(reverse("access_portal:clause", args=[2]), {**form, "do_health": "on"})
    assert second.status_code == 409
    assert "changed this meanwhile" in second.content.decode()
    # another clause is nobody's business
    other = {**form, "mark": shapes.mark(shapes.clause(_draft().value, 3))}
    assert client.post(reverse("access_portal:clause", args=[3]), other).status_code == 302


def test_a_device_of_another_customer_cannot_be_named(world: World) -> None:
    client = _begin(world)
    stranger = key("stranger").public_line
    edit = Edit(
        part=lambda value: value["devices"],
        mark=shapes.mark(_draft().value["devices"]),
        make=lambda value: {**value, "devices": {"keys": [stranger], "tags": []}},
    )
    operations.change_draft(
        actor=world.actor("chen"), now=world.now, organisation_id=world.lotus.id, edit=edit
    )
    assert "are not yours" in _page(client, "draft")
    with pytest.raises(DraftMoved):
        operations.change_draft(
            actor=world.actor("chen"), now=world.now, organisation_id=world.lotus.id, edit=edit
        )


def test_the_form_of_the_customers_tool_holds_the_whole_draft(world: World) -> None:
    client = _begin(world)
    text = client.get(reverse("access_portal:draft_form")).content.decode()
    read = exchange.from_text(text, issued=1)
    value = _draft().value
    assert shapes.of_contract(read)["clauses"] == value["clauses"]
    client.post(reverse("access_portal:begin_draft"), {"source": "file", "document": text})
    assert _draft().value["clauses"] == value["clauses"]


def test_what_cannot_be_imported_is_said_and_stays_in_the_field(world: World) -> None:
    world.publish()
    client = _client(world)
    answer = client.post(
        reverse("access_portal:begin_draft"), {"source": "file", "document": "clauses = nonsense"}
    )
    assert answer.status_code == 400
    assert "clauses = nonsense" in answer.content.decode()


def test_a_draft_goes_on_when_another_contract_is_published(world: World) -> None:
    client = _begin(world)
    signed = wire.seal(world.contract(serial=2), CUSTOMER)
    operations.publish_contract(
        actor=world.actor("chen"),
        now=world.now,
        organisation_id=world.lotus.id,
        document=signed.to_json(),
    )
    assert "Another contract came into force" in _page(client, "draft")


def test_hostile_words_in_a_draft_are_shown_not_run(world: World) -> None:
    client = _begin(world)
    form = {
        "mark": shapes.mark(shapes.clause(_draft().value, 2)),
        "do_shell_user": "on",
        "on_shell_user": "<script>alert(1)</script>",
        "teams": "<img src=x onerror=alert(2)>",
        "any_hour": "on",
        "mfa": "any",
        "on_cut": "freeze",
    }
    client.post(reverse("access_portal:clause", args=[2]), form)
    page = _page(client, "draft")
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_remarks_tell_what_a_signer_should_know(world: World) -> None:
    known = mistakes.Known(
        devices={},
        tags=frozenset(),
        teams=frozenset({"Remote team"}),
        scripts=frozenset(),
        approvers=frozenset(),
        now=1,
    )
    clause = shapes.blank_clause(1)
    clause["capabilities"] = [{"name": "shell.admin"}, {"name": "exec", "scripts": [], "any": True}]
    clause["who"]["teams"] = ["Another team"]
    found = [each.sentence for each in mistakes.of_clause(clause, known)]
    assert not any(each.mistake for each in mistakes.of_clause(clause, known))
    assert any("can do anything" in each for each in found)
    assert any("Any script may run" in each for each in found)
    assert any("no team called" in each for each in found)


def test_a_dry_run_names_the_sessions_a_draft_would_have_refused(world: World) -> None:
    world.publish()
    world.connect(world.open_case())
    client = _client(world)
    client.post(reverse("access_portal:begin_draft"), {"source": "running"})
    assert "It would have allowed the 1 session" in _page(client, "dry_run")
    client.post(reverse("access_portal:begin_draft"), {"source": "till"})
    page = _page(client, "dry_run")
    assert "It would have refused 1 thing" in page
    assert "which no clause allows" in page
    assert "Tomás Rivera" in page


def test_the_history_says_who_signed_and_what_each_version_changed(world: World) -> None:
    world.publish()
    clause = replace(world.contract().clauses[0], case_required=False)
    signed = wire.seal(world.contract(serial=2, clauses=(clause,)), CUSTOMER)
    operations.publish_contract(
        actor=world.actor("chen"),
        now=world.now,
        organisation_id=world.lotus.id,
        document=signed.to_json(),
    )
    page = _page(_client(world), "contract_history")
    assert "No case need be named any more." in page
    assert "Widens" in page
    assert "nothing was allowed before it" in page
    assert page.count('line-row-text"><strong>Chen Wei') == 2
