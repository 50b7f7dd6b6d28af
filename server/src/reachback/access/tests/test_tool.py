"""The customer's own tool: shows what it signs, signs it, and ssh-keygen agrees."""

import json
import subprocess
from pathlib import Path

import pytest

from reachback.access.tests.recorded import CUSTOMER, PROVIDER, Papers, repair_story
from reachback.access.tool import command
from reachback.access.verifier.verdict import verify
from reachback_wire.documents import Envelope

FORM = f"""
type = "reachback-contract"
organisation = "lotus"
title = "Night care"
effective = 2026-11-22T00:00:00Z
expires = 2027-11-22T00:00:00Z
provider = {{ name = "Northstar", grant_keys = ["{PROVIDER.public_line}"] }}
devices = {{ tags = ["front-desk"] }}
[[clauses]]
capabilities = [{{ name = "shell.user", run_as = ["guest"] }}]
who = {{ teams = ["Remote team"] }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "contract.toml").write_text(FORM, "utf-8")
    key = tmp_path / "key"
    key.write_bytes(CUSTOMER.to_openssh())
    key.chmod(0o600)
    return tmp_path


def test_signing_shows_every_clause_and_ssh_keygen_verifies_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(folder / "contract.toml"), "--key", str(folder / "key"), "--yes"]
    assert command.sign(arguments) == 0
    assert "the Remote team may open a shell as guest" in capsys.readouterr().out
    signed = Envelope.from_json((folder / "contract.json").read_text("utf-8"))
    (folder / "body").write_text(signed.body, "utf-8")
    (folder / "signature").write_text(signed.signatures[0], "utf-8")
    (folder / "allowed").write_text(f"chen {CUSTOMER.public_line}\n", "utf-8")
    options = ["-Y", "verify", "-n", "reachback-contract", "-I", "chen"]
    options += ["-f", str(folder / "allowed"), "-s", str(folder / "signature")]
    with (folder / "body").open("rb") as body:
        done = subprocess.run(["ssh-keygen", *options], stdin=body, check=False)
    assert done.returncode == 0


def test_the_same_key_signs_once(folder: Path) -> None:
    command.sign([str(folder / "contract.toml"), "--key", str(folder / "key"), "--yes"])
    assert command.sign([str(folder / "contract.json"), "--key", str(folder / "key"), "--yes"]) == 0
    assert len(json.loads((folder / "contract.json").read_text("utf-8"))["signatures"]) == 1


def test_a_form_of_another_kind_or_with_an_unknown_member_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.keyset([str(folder / "contract.toml")]) == 1
    (folder / "contract.toml").write_text(FORM + '\nsurprise = "x"\n', "utf-8")
    assert command.contract([str(folder / "contract.toml")]) == 1
    assert "surprise" in capsys.readouterr().err


def test_trust_made_by_the_tool_verifies_a_recording(tmp_path: Path) -> None:
    keyset = tmp_path / "keyset.json"
    keyset.write_text(json.dumps(Papers().keyset.to_json()), "utf-8")
    assert command.trust([str(keyset), "--out", str(tmp_path / "trust.json")]) == 0
    trust = (tmp_path / "trust.json").read_text("utf-8")
    assert verify(repair_story().export(), trust).whole
