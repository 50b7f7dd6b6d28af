import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from lotus import CUSTOMER, STRANGER

from reachback_wire import signing
from reachback_wire.signing import BadSignature, PrivateKey, PublicKey

MESSAGE = b'{"type":"reachback-contract","version":1}'
NAMESPACE = "reachback-contract"


def ssh_keygen(*arguments: str | Path, message: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["ssh-keygen", *map(str, arguments)], input=message, capture_output=True, check=False
    )


def checked_by_ssh_keygen(folder: Path, line: str, armour: str, message: bytes) -> bool:
    (folder / "allowed").write_text(f"lotus {line}\n")
    (folder / "signature").write_text(armour)
    arguments = ["-Y", "verify", "-f", folder / "allowed", "-I", "lotus", "-n", NAMESPACE]
    return ssh_keygen(*arguments, "-s", folder / "signature", message=message).returncode == 0


def test_ssh_keygen_accepts_our_signature_and_only_over_our_message(tmp_path: Path) -> None:
    armour = signing.sign(CUSTOMER, NAMESPACE, MESSAGE)
    assert checked_by_ssh_keygen(tmp_path, CUSTOMER.public_line, armour, MESSAGE)
    assert not checked_by_ssh_keygen(tmp_path, CUSTOMER.public_line, armour, MESSAGE + b" ")


def test_we_accept_a_signature_that_ssh_keygen_made(tmp_path: Path) -> None:
    made = ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", "", "-f", tmp_path / "key")
    assert made.returncode == 0
    line = " ".join((tmp_path / "key.pub").read_text().split()[:2])
    signed = ssh_keygen("-Y", "sign", "-f", tmp_path / "key", "-n", NAMESPACE, message=MESSAGE)
    assert signing.verify(signed.stdout.decode(), NAMESPACE, MESSAGE, {line}) == line
    key = PrivateKey.from_openssh((tmp_path / "key").read_bytes())
    # Ed25519 is deterministic, so both are the same text.
    assert signing.sign(key, NAMESPACE, MESSAGE) == signed.stdout.decode()


def test_ssh_keygen_reads_our_private_key_and_prints_our_fingerprint(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(CUSTOMER.to_openssh())
    file.chmod(0o600)
    printed = ssh_keygen("-y", "-f", file).stdout.decode().split()
    assert " ".join(printed[:2]) == CUSTOMER.public_line
    assert CUSTOMER.fingerprint in ssh_keygen("-l", "-f", file).stdout.decode()
    assert PrivateKey.from_openssh(CUSTOMER.to_openssh()) == CUSTOMER


def security_key_signature(*, flags: int = 1, application: bytes = b"ssh:") -> tuple[str, str]:
    """Sign as a FIDO key does, in software: the same bytes a touched key would give."""
    public = PublicKey(signing.SK_ED25519, CUSTOMER.public.raw, application)
    state = bytes([flags]) + (7).to_bytes(4, "big")
    inner = signing.to_be_signed(NAMESPACE, MESSAGE)
    covered = hashlib.sha256(application).digest() + state + hashlib.sha256(inner).digest()
    raw = CUSTOMER.raw_signature(covered)
    blob = signing._string(signing.SK_ED25519.encode()) + signing._string(raw) + state
    return public.line, signing.armour(signing._envelope(public, NAMESPACE, blob))


def test_a_security_keys_signature_is_accepted_by_us_and_by_ssh_keygen(tmp_path: Path) -> None:
    line, armour = security_key_signature()
    assert signing.verify(armour, NAMESPACE, MESSAGE, {line}) == line
    assert checked_by_ssh_keygen(tmp_path, line, armour, MESSAGE)


def test_a_security_key_that_nobody_touched_is_refused() -> None:
    line, armour = security_key_signature(flags=0)
    with pytest.raises(BadSignature, match="not touched"):
        signing.verify(armour, NAMESPACE, MESSAGE, {line})


@pytest.mark.parametrize(
    ("namespace", "message", "allowed", "code"),
    [
        ("reachback-grant", MESSAGE, CUSTOMER, "wrong-namespace"),
        (NAMESPACE, MESSAGE, STRANGER, "unknown-key"),
        (NAMESPACE, b"another text", CUSTOMER, "bad-signature"),
    ],
)
def test_a_signature_stands_for_one_namespace_key_and_text(
    namespace: str, message: bytes, allowed: PrivateKey, code: str
) -> None:
    armour = signing.sign(CUSTOMER, NAMESPACE, MESSAGE)
    with pytest.raises(BadSignature) as refused:
        signing.verify(armour, namespace, message, {allowed.public_line})
    assert refused.value.code == code


def test_every_flipped_byte_of_a_signature_is_refused() -> None:
    armour = signing.sign(CUSTOMER, NAMESPACE, MESSAGE)
    blob = signing._decode_base64("".join(armour.split("\n")[1:-2]))
    for index in range(len(blob)):
        broken = bytearray(blob)
        broken[index] ^= 1
        text = signing.armour(bytes(broken))
        with pytest.raises(BadSignature):
            signing.verify(text, NAMESPACE, MESSAGE, {CUSTOMER.public_line})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-rsa AAAAB3NzaC1yc2E=",
        "ssh-ed25519 AAAA",
        "ssh-ed25519  " + CUSTOMER.public_line.split()[1],
        CUSTOMER.public_line + " chen@lotus",
        CUSTOMER.public_line + "\n",
        "sk-ssh-ed25519@openssh.com " + CUSTOMER.public_line.split()[1],
    ],
)
def test_a_key_is_written_in_one_way(line: str) -> None:
    with pytest.raises(BadSignature):
        PublicKey.parse(line)


def test_a_private_key_is_not_printed() -> None:
    assert CUSTOMER.seed.hex() not in repr(CUSTOMER)
    assert str(CUSTOMER.seed) not in repr(CUSTOMER)
    assert len(PrivateKey.generate().seed) == 32


def test_the_cryptography_library_is_loaded_only_when_a_key_is_used() -> None:
    program = (
        "import sys, reachback_wire.documents, reachback_wire.signing as s\n"
        f"s.PublicKey.parse({CUSTOMER.public_line!r})\n"
        "assert 'cryptography' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
