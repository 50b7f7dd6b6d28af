"""`doctor`: walk the way to the server step by step and name the exact block."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from reachback_connector import settings
from reachback_connector.commands.output import say, say_json
from reachback_connector.control.address import Address, parse, proxy_for
from reachback_connector.control.dial import Dialler, let_go
from reachback_connector.control.polling import Polling
from reachback_connector.control.websocket import WebSocket
from reachback_connector.errors import NetworkError
from reachback_connector.layout import Layout

_PATIENCE: Final = 10.0
_PUBLIC_NAMES: Final = 200
_VERSION: Final = 0xA0
_COMMON_NAME: Final = bytes.fromhex("550403")
_ORGANISATION: Final = bytes.fromhex("55040a")


@dataclass(frozen=True, slots=True)
class Examined:
    """One step of the way: `code` names the block, "" when the step is free."""

    step: str
    well: bool
    sentence: str
    code: str = ""

    def to_value(self) -> dict[str, Any]:
        return asdict(self)


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command; 1 when a block was found."""
    findings = examine(layout)
    if options.json:
        say_json([item.to_value() for item in findings])
    else:
        say(f"{'free' if f.well else 'BLOCKED'}  {f.step}: {f.sentence}" for f in findings)
    return 0 if all(item.well for item in findings) else 1


def examine(layout: Layout) -> list[Examined]:
    """Every step up to the first block."""
    found = settings.load(layout)
    dialler = Dialler(found.ca_file, timeout=_PATIENCE)
    return asyncio.run(walk(dialler, parse(found.link_url)))


async def walk(dialler: Dialler, address: Address) -> list[Examined]:
    """Name, proxy, TCP and TLS in one connection; then the upgrade in a second."""
    proxy = proxy_for(address, dialler.environment)
    way = f"through the proxy {proxy.host}:{proxy.port}" if proxy else "directly"
    steps: list[Examined] = []
    try:
        _, writer = await dialler.open(address)
    except NetworkError as error:
        return [*steps, await _blocked(dialler, address, error)]
    steps.append(Examined("reach", well=True, sentence=f"{address.authority} is reached {way}."))
    if address.secure:
        steps.append(_encrypted(writer, address))
    await let_go(writer)
    try:
        socket = await WebSocket.connect(dialler, address)
    except (NetworkError, TimeoutError) as error:
        code = getattr(error, "code", "upgrade")
        sentence = getattr(error, "sentence", "The server did not answer the upgrade in time.")
        steps.append(Examined("upgrade", well=False, sentence=sentence, code=code))
        return [*steps, *await _without_upgrade(dialler, address)]
    await socket.close()
    steps.append(Examined("upgrade", well=True, sentence="The link's WebSocket opens."))
    return steps


async def _without_upgrade(dialler: Dialler, address: Address) -> list[Examined]:
    """Whether the link works all the same, slower; nothing when it does not."""
    try:
        polling = await Polling.connect(dialler, address)
    except (NetworkError, TimeoutError):
        return []
    await polling.close()
    sentence = "The link works without WebSocket, by request pairs; it is slower and costs more."
    return [Examined("polling", well=True, sentence=sentence)]


def _encrypted(writer: asyncio.StreamWriter, address: Address) -> Examined:
    certificate = writer.get_extra_info("peercert") or {}
    issuer = issuer_of(certificate)
    sentence = f"The certificate of {address.host} is trusted; {issuer or 'unknown'} issued it."
    return Examined("tls", well=True, sentence=sentence)


async def _blocked(dialler: Dialler, address: Address, error: NetworkError) -> Examined:
    if error.code != "tls":
        return Examined(error.code, well=False, sentence=error.sentence, code=error.code)
    issuer = await _foreign_issuer(dialler, address)
    if not issuer:
        return Examined("tls", well=False, sentence=error.sentence, code="tls")
    sentence = (
        f"Something on the way opens the encryption: the certificate shown for {address.host} was "
        f"issued by “{issuer[:_PUBLIC_NAMES]}”, which this device does not trust. Exempt "
        f"{address.host} from TLS inspection, or name that authority with --ca FILE."
    )
    return Examined("tls", well=False, sentence=sentence, code="tls-intercepted")


async def _foreign_issuer(dialler: Dialler, address: Address) -> str:
    """Who issued the certificate that was shown; asked without trusting or sending anything."""
    probe = replace(dialler, inspect_only=True)
    try:
        _, writer = await probe.open(address)
    except NetworkError:
        return ""
    shown = writer.get_extra_info("ssl_object")
    der = shown.getpeercert(binary_form=True) if shown else None
    await let_go(writer)
    return issuer_in_der(der) if der else ""


def issuer_of(certificate: dict[str, Any]) -> str:
    """Organisation and common name of the issuer in a parsed certificate."""
    fields = dict(pair for group in certificate.get("issuer", ()) for pair in group)
    names = (fields.get("organizationName"), fields.get("commonName"))
    return ", ".join(str(name) for name in names if name)


def issuer_in_der(der: bytes) -> str:
    """Organisation and common name of the issuer in a certificate's DER bytes (RFC 5280 4.1)."""
    try:
        certificate = _children(_children(der)[0][1])
        fields = _children(certificate[0][1])
        issuer = fields[3 if fields[0][0] == _VERSION else 2][1]
        names: dict[bytes, str] = {}
        for _, group in _children(issuer):
            for _, pair in _children(group):
                (_, kind), (_, text) = _children(pair)[:2]
                names[kind] = text.decode(errors="replace")
    except (IndexError, ValueError):
        return ""
    return ", ".join(names[kind] for kind in (_ORGANISATION, _COMMON_NAME) if kind in names)


def _children(data: bytes) -> list[tuple[int, bytes]]:
    """The elements inside a constructed DER value: tag and content."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size], "big"), at + size
        found.append((tag, data[at : at + length]))
        at += length
    return found
