"""The data keys under which recordings are sealed, one per organisation (decisions/0010).

They lie wrapped in `$REACHBACK_DATA/keys/records/ORGANISATION.json`; the records key that unwraps
them was read when the front started. The web process reads and makes the same files.
"""

import json
import os
import secrets
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reachback_gateway.errors import SettingsError
from reachback_wire import canonical
from reachback_wire.sealing import DataKey, RecordsKeys, SealError

_NAME = "REACHBACK_RECORDS_KEY"
_PATIENCE = 30.0


class Vault:
    """Data keys by organisation, unwrapped in memory only."""

    def __init__(self, folder: Path, keys: RecordsKeys) -> None:
        self._folder = folder
        self._known: dict[str, DataKey] = {}
        self.keys = keys
        DataKey.make("none", keys)  # loads `cryptography` now, not while the first shell opens

    def data_key(self, organisation: str) -> DataKey:
        """The organisation's key, made if it has none; raises SealError or OSError."""
        found = self._known.get(organisation)
        if found is None:
            found = self._known[organisation] = self._read(organisation)
        return found

    def _read(self, organisation: str) -> DataKey:
        made = DataKey.make(organisation, self.keys)  # refuses an id that is no file name
        path = self._folder / f"{organisation}.json"
        if not path.exists():
            _put(path, canonical.dumps(dict(made.document)))
        try:
            return DataKey.open(json.loads(path.read_bytes()), self.keys)
        except ValueError as problem:
            if isinstance(problem, SealError):
                raise
            raise SealError("A data key's document cannot be read.") from problem


def _put(path: Path, text: str) -> None:
    """Never half a file; the first of two racing processes wins, both then read the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def records_keys(environment: Mapping[str, str], data: Path) -> RecordsKeys:
    """Read the records key: given itself, in a file, or printed by a command; SettingsError."""
    try:
        return RecordsKeys.parse(_text(environment, data))
    except (SealError, OSError, UnicodeDecodeError, subprocess.SubprocessError) as problem:
        message = f"The key of the recordings cannot be read: {problem}"
        raise SettingsError("records-key-unreadable", message) from problem


def _text(environment: Mapping[str, str], data: Path) -> str:
    if value := environment.get(_NAME, ""):
        return value
    if command := environment.get(f"{_NAME}_COMMAND", ""):
        done = subprocess.run(  # noqa: S602 - the operator's own line, as in a unit file
            command, shell=True, capture_output=True, timeout=_PATIENCE, check=True
        )
        return done.stdout.decode("ascii")
    path = environment.get(f"{_NAME}_FILE", "") or data / "keys" / "records_key"
    return Path(path).read_text("ascii")
