"""`reachback sign`, `reachback keyset|statement|contract|narrow` and `reachback trust`."""

import argparse
import getpass
import sys
import time
from collections.abc import Callable
from pathlib import Path

from reachback.access.tool import files, showing
from reachback_wire import canonical, signing
from reachback_wire.documents import Envelope, forms
from reachback_wire.refusals import Refusal


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _guarded(word: str, act: Callable[[], int]) -> int:
    try:
        return act()
    except Refusal as refusal:
        sys.stderr.write(f"reachback {word}: {refusal.sentence}\n")
    except (OSError, ValueError) as error:
        sys.stderr.write(f"reachback {word}: {error}\n")
    return 1


def _now() -> int:
    return time.time_ns() // 1_000_000


def _private_key(path: Path) -> signing.PrivateKey:
    data = path.read_bytes()
    try:
        return signing.PrivateKey.from_openssh(data)
    except (ValueError, TypeError):
        if not sys.stdin.isatty():
            raise
    return signing.PrivateKey.from_openssh(data, getpass.getpass("Passphrase: ").encode())


def sign(arguments: list[str]) -> int:
    """Show a document in words, then sign exactly those bytes; return the exit status."""
    parser = argparse.ArgumentParser(prog="reachback sign", description=sign.__doc__)
    parser.add_argument("file", type=Path, help="a form (.toml) or a document that others signed")
    parser.add_argument("--key", type=Path, required=True, help="your OpenSSH Ed25519 private key")
    parser.add_argument("--out", type=Path, help="where to write (default: FILE as .json)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = parser.parse_args(arguments)
    return _guarded("sign", lambda: _sign(options))


def _sign(options: argparse.Namespace) -> int:
    given = files.read(options.file, issued=_now())
    document = forms.parse(given.body)
    _say(*showing.lines(document), "", f"Digest: {canonical.digest(given.body)}")
    key = _private_key(options.key)
    if key.public_line in {signing.signer(each) for each in given.signatures}:
        _say(f"{key.fingerprint} has signed this already.")
        return 0
    if not options.yes and input(f"Sign this with {key.fingerprint}? [y/N] ").lower() != "y":
        _say("Nothing was signed.")
        return 1
    signature = signing.sign(key, document.TYPE, given.body.encode())
    signed = Envelope(given.body, (*given.signatures, signature))
    target = options.out or options.file.with_suffix(".json")
    files.write(target, files.envelope_text(signed))
    _say(f"Signed: {target}")
    return 0


def _build(word: str, kind: str, arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog=f"reachback {word}")
    parser.add_argument("form", type=Path, help=f"a TOML form of type {kind}")
    parser.add_argument("--out", type=Path, help="where to write the unsigned document")
    options = parser.parse_args(arguments)

    def act() -> int:
        given = files.read(options.form, issued=_now())
        document = forms.parse(given.body)
        if kind != document.TYPE:
            sys.stderr.write(f"reachback {word}: this is a {document.TYPE}\n")
            return 1
        _say(*showing.lines(document), "", f"Digest: {canonical.digest(given.body)}")
        if options.out:
            files.write(options.out, files.envelope_text(given))
        return 0

    return _guarded(word, act)


def keyset(arguments: list[str]) -> int:
    """Build a keyset from its form and show it."""
    return _build("keyset", "reachback-keyset", arguments)


def statement(arguments: list[str]) -> int:
    """Build a device statement from its form and show it."""
    return _build("statement", "reachback-device", arguments)


def contract(arguments: list[str]) -> int:
    """Build a contract from its form and show every clause in words."""
    return _build("contract", "reachback-contract", arguments)


def narrow(arguments: list[str]) -> int:
    """Build a narrowing (a revocation) from its form and show it."""
    return _build("narrow", "reachback-narrow", arguments)


def trust(arguments: list[str]) -> int:
    """Write trust.json from your keysets, oldest first, for `reachback verify`."""
    parser = argparse.ArgumentParser(prog="reachback trust", description=trust.__doc__)
    parser.add_argument("keysets", type=Path, nargs="+", help="signed keysets, oldest first")
    parser.add_argument("--out", type=Path, default=Path("trust.json"))
    options = parser.parse_args(arguments)

    def act() -> int:
        chain = [files.read(path, issued=0) for path in options.keysets]
        found = forms.Trust.of(chain)
        files.write(options.out, found.to_text())
        _say(f"{options.out}: {found.organisation}, fingerprint {found.fingerprint}")
        return 0

    return _guarded("trust", act)
