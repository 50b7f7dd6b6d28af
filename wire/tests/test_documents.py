import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import (
    APPROVER,
    CUSTOMER,
    DEVICE,
    EXECUTION,
    NOW,
    SESSION,
    clause,
    contract,
    grant,
    keyset,
    statement,
    wish,
)

from reachback_wire import canonical
from reachback_wire.documents import (
    Approval,
    ApprovalRule,
    Capability,
    Document,
    Envelope,
    Head,
    Hello,
    Narrowing,
    Receipt,
    When,
    Window,
    capability,
    seal,
)
from reachback_wire.refusals import Refusal

FULL = contract(
    clause(
        1,
        Capability("shell.user", ("guest",)),
        Capability("exec", ("sha256:" + "a" * 64,)),
        Capability("exec", any=True, run_as=("backup", "root")),
        Capability("files.read", ("/var/log/**",)),
        Capability("tunnel", ("127.0.0.1:8080", "[::1]:443")),
        Capability("install", ("*",)),
        Capability("reboot"),
        when=When(
            "Asia/Shanghai", (Window(("mon",), "22:00", "06:00"),), "refused", ("2027-01-01",)
        ),
        approval=ApprovalRule(1, (APPROVER.public_line,), 60),
    )
)
DOCUMENTS: list[Document] = [
    keyset(),
    statement(),
    FULL,
    grant(),
    wish(first=b"\x00\xff"),
    wish(kind="exec", parameters=EXECUTION),
    wish(kind="files", parameters={"operation": "read", "path": "/etc/hosts"}),
    wish(kind="tunnel", parameters={"target": "127.0.0.1:80"}),
    wish(kind="desktop", parameters={"mode": "view"}),
    wish(kind="reboot", parameters={"at": NOW + 1}),
    Approval("sha256:" + "a" * 64, "Chen Wei", NOW, NOW + 1),
    Narrowing(
        organisation="lotus",
        author="customer",
        id="n-1",
        serial=1,
        contract="",
        devices=("*", DEVICE.public_line),
        effect="refuse",
        capabilities=("reboot",),
        issued=NOW,
    ),
    Hello(role="browser", key=SESSION.public_line, nonce="n", node="", issued=NOW),
    Receipt(
        device=DEVICE.public_line,
        number=1,
        previous="",
        session="s",
        channel="s.1",
        event="end",
        contract="sha256:" + "1" * 64,
        grant="sha256:" + "2" * 64,
        leaves=1,
        head="3" * 64,
        offset=9,
        issued=NOW,
    ),
    Head("lotus", "log-1", 7, "4" * 64, NOW),
]
each = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[f"{i} {item.TYPE}" for i, item in enumerate(DOCUMENTS)]
)


def paths(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every object inside a document, by its path."""
    if isinstance(value, dict):
        inner = [found for name, item in value.items() for found in paths(item, (*path, name))]
        return [path, *inner]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in paths(item, (*path, index))]
    return []


def refusal(document: Document, value: object) -> str:
    with pytest.raises(Refusal) as refused:
        type(document).parse(canonical.dumps(value))
    return refused.value.code


@each
def test_a_document_reads_back_as_itself(document: Document) -> None:
    assert type(document).parse(document.to_body()) == document


@each
def test_an_unknown_member_anywhere_refuses_the_whole_document(document: Document) -> None:
    for path in paths(json.loads(document.to_body())):
        value = json.loads(document.to_body())
        place = value
        for step in path:
            place = place[step]
        place["surprise"] = 1
        assert refusal(document, value) == "unknown-member", path


@each
def test_a_missing_member_or_a_wrong_type_refuses(document: Document) -> None:
    for name in json.loads(document.to_body()):
        value = json.loads(document.to_body())
        del value[name]
        assert refusal(document, value) == "malformed", name
        if name not in {"when", "case"}:
            assert refusal(document, {**value, name: None}) == "malformed", name
    assert refusal(document, {**json.loads(document.to_body()), "version": 2}) == "unknown-member"
    other = {**json.loads(document.to_body()), "type": "reachback-update"}
    assert refusal(document, other) == "wrong-namespace"


@each
@given(data=st.data())
def test_any_change_of_a_member_is_read_or_refused(document: Document, data: st.DataObject) -> None:
    value = json.loads(document.to_body())
    name = data.draw(st.sampled_from(sorted(value)))
    leaf = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
    value[name] = data.draw(
        leaf | st.lists(leaf, max_size=3) | st.dictionaries(leaf.map(str), leaf)
    )
    with contextlib.suppress(Refusal):
        type(document).parse(canonical.dumps(value))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"script": "sha256:1"}, "malformed"),
        ({"size": 0}, "malformed"),
        ({"size": 1_048_577}, "malformed"),
        ({"interpreter": "perl"}, "unknown-member"),
        ({"time_limit": 86_401}, "malformed"),
        ({"output_limit": 16 * 1_048_576 + 1}, "malformed"),
        ({"arguments": [{"name": "PATH", "value": "x"}]}, "malformed"),
        ({"arguments": [{"name": "a", "value": "x\x00y"}]}, "malformed"),
        ({"arguments": [{"name": "a", "value": None}]}, "malformed"),
        ({"arguments": [{"name": "a", "value": 1}, {"name": "a", "value": 2}]}, "malformed"),
        ({"arguments": [{"name": f"a{n}", "value": n} for n in range(33)]}, "malformed"),
        ({"environment": {}}, "unknown-member"),
    ],
)
def test_a_script_with_parameters_that_make_no_sense_is_refused(
    changes: dict[str, object], code: str
) -> None:
    document = wish(kind="exec", parameters=EXECUTION)
    value = json.loads(document.to_body())
    value["parameters"].update(changes)
    assert refusal(document, value) == code


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value["clauses"][0].update(effect="deny"),
        lambda value: value["clauses"][0]["capabilities"].append({"name": "shell.super"}),
        lambda value: value["clauses"][0]["capabilities"][2].update(run_as=[]),
        lambda value: value["clauses"][0]["capabilities"][2].update(run_as=[""]),
        lambda value: value["clauses"][0]["capabilities"][2].update(run_as=["a", "a"]),
        lambda value: value["clauses"][0]["capabilities"][3].update(run_as=["root"]),
        lambda value: value["clauses"][0]["when"].update(holidays="allowed"),
        lambda value: value["clauses"][0]["when"].update(dates=["2027-13-01"]),
        lambda value: value["clauses"][0]["when"].update(zone="../etc/passwd"),
        lambda value: value["clauses"][0]["when"]["windows"][0].update(to="24:00"),
        lambda value: value["clauses"][0]["approval"].update(needed=2),
        lambda value: value["clauses"].append(value["clauses"][0]),
        lambda value: value["freshness"].update(hours=1),
        lambda value: value.update(title="Care\u202eerac"),
        lambda value: value.update(title="\x1b[2J"),
        lambda value: value.update(title="x" * 2_001),
        lambda value: value["provider"].update(grant_keys=["ssh-rsa AAAA"]),
        lambda value: value["devices"].update(tags=["front-desk", "front-desk"]),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    value = json.loads(FULL.to_body())
    change(value)
    assert refusal(FULL, value) in {"malformed", "unknown-member"}


@pytest.mark.parametrize(
    "path",
    ["", "etc/hosts", "/etc/../root", "/etc//hosts", "/etc/", "//etc", "/./etc", "/e\0tc", "~"],
)
def test_only_absolute_normalised_paths_are_looked_at(path: str) -> None:
    with pytest.raises(Refusal) as refused:
        capability.normalised_path(path)
    assert refused.value.code == "parameter-refused"


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("/var/log/*", "/var/log/syslog", True),
        ("/var/log/*", "/var/log/apt/history", False),
        ("/var/log/**", "/var/log/apt/history", True),
        ("/var/log/**", "/var/logs", False),
        ("/var/log/**", "/var/log", True),
        ("/**", "/", True),
        ("/etc/host?", "/etc/hosts", True),
        ("/etc/host?", "/etc/host/", False),
        ("/a.b", "/axb", False),
        ("/a[b]", "/ab", False),
        ("/var/log/*", "/var/log/\n", True),
    ],
)
def test_globs_stay_within_one_part_unless_doubled(glob: str, path: str, matches: bool) -> None:
    assert capability.matches_glob(glob, path) is matches


@pytest.mark.parametrize(
    "target", ["", "host", "host:0", "host:65536", "host:08", "a b:1", "::1:1"]
)
def test_a_tunnels_target_has_one_form(target: str) -> None:
    with pytest.raises(Refusal):
        capability.check_target(target)


@pytest.mark.parametrize(
    "value",
    [
        "not json",
        "[" * 100_000,
        "[]",
        {},
        {"body": "{}"},
        {"body": 1, "signatures": []},
        {"body": "{}", "signatures": [1]},
        {"body": "{}", "signatures": ["x"] * 17},
        {"body": "{}", "signatures": [], "note": ""},
        "x" * 600_000,
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_envelope_in_any_other_form_is_refused(value: object) -> None:
    with pytest.raises(Refusal):
        Envelope.from_json(value)


def test_an_envelope_travels_as_json_and_a_hello_with_one_signature() -> None:
    envelope = seal(keyset(), CUSTOMER)
    assert Envelope.from_json(json.dumps(envelope.to_json())) == envelope
    assert Envelope.from_json(envelope.to_hello_json()) == envelope
    assert envelope.type == "reachback-keyset"
    assert envelope.digest == canonical.digest(envelope.body)
