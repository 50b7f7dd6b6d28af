"""One look at one thing: is it well, in a sentence. Nothing here raises; a failure is a finding."""

from __future__ import annotations

import asyncio
import hashlib
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from reachback_connector.checks.plan import Check
from reachback_connector.control.address import parse
from reachback_connector.control.dial import Dialler, read_head
from reachback_connector.errors import ConnectorError
from reachback_connector.platform.port import Platform

FILE_LIMIT: Final = 64 << 20
_BODY_LIMIT: Final = 262_144
_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look found."""

    well: bool
    sentence: str
    details: Mapping[str, Any] = field(default_factory=dict)


async def look(check: Check, platform: Platform, last_good: str) -> Finding:
    """Look at `check`. `last_good` is the digest of its file when all was well, "" if unknown."""
    try:
        async with asyncio.timeout(_PATIENCE):
            match check.kind:
                case "http":
                    return await _http(check)
                case "tcp":
                    return await _tcp(check)
                case "file-digest":
                    return _file(check, last_good)
                case "process":
                    return _process(check, platform)
                case _:
                    return _disk(check)
    except TimeoutError:
        return Finding(
            well=False, sentence=f"{check.target} did not answer within {_PATIENCE:.0f} s."
        )
    except ConnectorError as error:
        return Finding(well=False, sentence=error.sentence)
    except (OSError, ssl.SSLError, ValueError) as error:
        return Finding(well=False, sentence=f"{check.target}: {error}."[:300])


async def _http(check: Check) -> Finding:
    address = parse(str(check.facts["url"]))
    wanted = int(check.facts.get("status", 200))
    reader, writer = await Dialler(timeout=_PATIENCE).open(address)
    try:
        lines = [f"GET {address.path} HTTP/1.1", f"Host: {address.authority}"]
        lines += ["Connection: close", "User-Agent: reachback-connector", "", ""]
        writer.write("\r\n".join(lines).encode())
        status, _ = await read_head(reader, _PATIENCE, what="service")
        body = await _body(reader)
    finally:
        writer.close()
    if status != wanted:
        return Finding(
            well=False, sentence=f"{address.path} answered {status} instead of {wanted}."
        )
    text = str(check.facts.get("text", ""))
    if text and text not in body.decode(errors="replace"):
        return Finding(well=False, sentence=f"{address.path} answered, but without “{text[:80]}”.")
    return Finding(well=True, sentence=f"{address.path} answered {status}.")


async def _body(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while len(body) < _BODY_LIMIT and (part := await reader.read(65_536)):
        body += part
    return bytes(body)


async def _tcp(check: Check) -> Finding:
    _, writer = await asyncio.open_connection(str(check.facts["host"]), int(check.facts["port"]))
    writer.close()
    return Finding(well=True, sentence=f"{check.target} accepts connections.")


def _file(check: Check, last_good: str) -> Finding:
    path = Path(str(check.facts["path"]))
    try:
        found = file_digest(path)
    except FileNotFoundError:
        return Finding(well=False, sentence=f"{path} is missing.")
    declared = str(check.facts.get("sha256", ""))
    wanted = (last_good if declared in {"", "last-good"} else declared).removeprefix("sha256:")
    if wanted and found != wanted:
        return Finding(well=False, sentence=f"{path} was changed.", details={"sha256": found})
    return Finding(well=True, sentence=f"{path} is as it should be.", details={"sha256": found})


def file_digest(path: Path) -> str:
    """SHA-256 of a regular file of at most 64 MiB, as hex. OSError otherwise."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not path.is_file() or os.fstat(descriptor).st_size > FILE_LIMIT:
            raise OSError(27, f"{path} is no ordinary file below 64 MiB")
        return hashlib.file_digest(file, "sha256").hexdigest()


def _process(check: Check, platform: Platform) -> Finding:
    needle = str(check.facts["contains"])
    found = platform.processes(needle)
    if not found:
        return Finding(well=False, sentence=f"No process “{needle[:80]}” is running.")
    oldest = found[0]
    return Finding(
        well=True,
        sentence=f"“{needle[:80]}” is running (process {oldest.pid}).",
        details={"pid": oldest.pid, "started": oldest.started},
    )


def _disk(check: Check) -> Finding:
    path, least = str(check.facts["path"]), float(check.facts.get("free_percent", 10))
    state = os.statvfs(path)
    free = 100.0 * state.f_bavail / max(1, state.f_blocks)
    sentence = f"{free:.0f} % of {path} is free"
    if free < least:
        return Finding(
            well=False,
            sentence=f"{sentence}, less than {least:.0f} %.",
            details={"free": int(free)},
        )
    return Finding(well=True, sentence=f"{sentence}.", details={"free": int(free)})
