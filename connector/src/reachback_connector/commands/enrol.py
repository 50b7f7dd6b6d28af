"""`enrol`: make the device's key, show the token, verify the customer's keys, then store."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reachback_connector import __version__, durable, identity, platform
from reachback_connector.commands.output import say
from reachback_connector.control.address import join, parse
from reachback_connector.control.dial import Dialler, read_head
from reachback_connector.errors import (
    FingerprintMismatch,
    NetworkError,
    RefusedByServer,
    StateError,
)
from reachback_connector.helper.vault import Vault, key_path
from reachback_connector.layout import Layout
from reachback_connector.settings import Settings, store
from reachback_wire.documents import Envelope
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PrivateKey
from reachback_wire.trust import CustomerTrust

_ANSWER_LIMIT: Final = 2 << 20
_PATH: Final = "/devices/enrol"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line said."""

    url: str
    token: str
    customer_keys: str
    name: str = ""
    ca: Path | None = None
    user: str = ""


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command."""
    wish = Wish(
        options.url, options.token, options.customer_keys, options.name, options.ca, options.user
    )
    say(enrol(layout, wish))
    return 0


def enrol(layout: Layout, wish: Wish) -> list[str]:
    """Enrol and give the lines a person should read. Nothing is stored before it is verified."""
    if layout.settings.exists():
        raise StateError(
            "enrolled", f"This device is enrolled already ({layout.settings}); remove it first."
        )
    if not wish.customer_keys.startswith("SHA256:"):
        raise FingerprintMismatch(
            "fingerprint", "--customer-keys is written SHA256:… as the customer's tool prints it."
        )
    parse(wish.url)
    key, fresh = _key(layout)
    machine = platform.current().machine_id()
    instance = identity.known(layout, machine) or identity.fresh()
    request = _request(wish, key, machine, instance)
    answer = asyncio.run(_post(wish, request))
    trust = _verified(answer, wish, key)
    layout.make()
    if fresh:
        durable.replace(key_path(layout), key.to_openssh())
    identity.store(layout, machine, instance)
    Vault.store_trust(layout, trust)
    store(layout, _settings(answer, wish))
    _hand_over(layout, wish.user)
    return _what_next(answer, key, trust)


def _key(layout: Layout) -> tuple[PrivateKey, bool]:
    """The key of an earlier attempt, or a fresh one that is not stored yet."""
    if key_path(layout).exists():
        return Vault.make_key(layout), False
    return PrivateKey.generate(), True


def _request(wish: Wish, key: PrivateKey, machine: str, instance: str) -> dict[str, str]:
    system = platform.current()
    return {
        "token": wish.token,
        "key": key.public_line,
        "name": wish.name[:200],
        "hostname": system.hostname()[:200],
        "system": system.system()[:200],
        "connector": __version__,
        "instance": instance,
        "machine": machine,
        "boot": system.boot_id()[:200],
    }


async def _post(wish: Wish, request: dict[str, str]) -> dict[str, Any]:
    address = parse(join(wish.url, _PATH))
    body = json.dumps(request).encode()
    reader, writer = await Dialler(wish.ca).open(address)
    try:
        head = [f"POST {address.path} HTTP/1.1", f"Host: {address.authority}"]
        head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += ["Accept: application/json", "Connection: close", "", ""]
        writer.write("\r\n".join(head).encode() + body)
        status, fields = await read_head(reader, 30.0, what="server")
        content = await _content(reader, fields)
    finally:
        writer.close()
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise NetworkError(
            "answer", f"{address.authority} answered {status} without JSON: is this the server?"
        )
    if status not in {200, 201}:
        sentence = str(value.get("sentence") or f"The server answered {status}.")[:500]
        raise RefusedByServer(str(value.get("code", "refused"))[:64], sentence)
    return value


async def _content(reader: asyncio.StreamReader, fields: dict[str, str]) -> bytes:
    """The body: by its length, chunked, or until the end."""
    try:
        if fields.get("transfer-encoding", "").lower() == "chunked":
            return await _chunks(reader)
        if (length := fields.get("content-length", "")).isdigit():
            return await reader.readexactly(min(int(length), _ANSWER_LIMIT))
        return await reader.read(_ANSWER_LIMIT)
    except (asyncio.IncompleteReadError, ValueError, OSError) as error:
        raise NetworkError("lost", "The server's answer ended early.") from error


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    content = bytearray()
    while True:
        size = int((await reader.readline()).split(b";")[0], 16)
        if size == 0 or len(content) + size > _ANSWER_LIMIT:
            return bytes(content)
        content += await reader.readexactly(size)
        await reader.readline()


def _verified(answer: dict[str, Any], wish: Wish, key: PrivateKey) -> CustomerTrust:
    """The customer's chain of keysets, checked from the fingerprint the customer gave."""
    trust = CustomerTrust(wish.customer_keys, key.public_line)
    keysets = answer.get("keysets")
    if not isinstance(keysets, list) or not isinstance(answer.get("link_url"), str):
        raise NetworkError("answer", "The server's answer to the enrolment cannot be understood.")
    try:
        for item in keysets:
            trust.accept(Envelope.from_json(item))
    except Refusal as refusal:
        raise FingerprintMismatch(
            "fingerprint",
            f"The server sent other customer keys than {wish.customer_keys}: {refusal.sentence} "
            "Nothing was stored. Ask the customer for the fingerprint before you go on.",
        ) from refusal
    return trust


def _settings(answer: dict[str, Any], wish: Wish) -> Settings:
    parse(str(answer["link_url"]))
    return Settings(
        url=wish.url,
        link_url=str(answer["link_url"]),
        device=str(answer.get("device", "")),
        name=str(answer.get("name", "")),
        organisation=str(answer.get("organisation", "")),
        ca=str(wish.ca.absolute()) if wish.ca else "",
    )


def _hand_over(layout: Layout, user: str) -> None:
    """As root: the control process's user owns its directory, and only that one."""
    if os.geteuid() != 0 or not user:
        return
    try:
        account = pwd.getpwnam(user)
    except KeyError as error:
        raise StateError("user", f"There is no user {user} for the control process.") from error
    os.chown(layout.control, account.pw_uid, account.pw_gid)


def _what_next(answer: dict[str, Any], key: PrivateKey, trust: CustomerTrust) -> list[str]:
    lines = [f"Enrolled as {str(answer.get('name', ''))[:200]}.", ""]
    lines += ["The fingerprint of this device's key is:", f"    {key.fingerprint}", ""]
    if trust.keyset is None:
        lines.append("The customer has published no keyset yet: the device reports health only.")
    lines += [
        "The customer now signs the device statement for this fingerprint:",
        f"    reachback statement --device {str(answer.get('device', ''))[:80]}",
        "Until it is signed nobody can open a session here; health is reported.",
        "Start the connector: systemctl enable --now reachback-connector, or",
        "    reachback-connector run",
    ]
    return lines
