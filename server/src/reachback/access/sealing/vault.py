"""Data keys by organisation, and the records key that unwraps them. The front does the same.

The wrapped keys lie in `$REACHBACK_DATA/keys/records/ORGANISATION.json`; neither they nor the
records key are ever in the database.
"""

import json
import subprocess
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.conf import settings

from reachback.access.errors import RecordsKeyMissing
from reachback.access.sealing.files import put
from reachback_wire import canonical, sealing
from reachback_wire.sealing import DataKey, RecordsKeys, SealError, Unsealed

_PATIENCE = 30.0


def records_keys() -> RecordsKeys:
    """The installation's records keys; raises RecordsKeyMissing."""
    try:
        return _parsed(
            settings.RECORDS_KEY, settings.RECORDS_KEY_COMMAND, settings.RECORDS_KEY_FILE
        )
    except (SealError, OSError, UnicodeDecodeError, subprocess.SubprocessError) as error:
        raise RecordsKeyMissing(str(error)) from error


@lru_cache(maxsize=4)
def _parsed(given: str | None, command: str, path: Path) -> RecordsKeys:
    if given:
        return RecordsKeys.parse(given)
    if command:
        done = subprocess.run(  # noqa: S602 - the operator's own line, as in a unit file
            command, shell=True, capture_output=True, timeout=_PATIENCE, check=True
        )
        return RecordsKeys.parse(done.stdout.decode("ascii"))
    return RecordsKeys.parse(path.read_text("ascii"))


def data_key(organisation_id: UUID) -> DataKey:
    """The organisation's data key, made if it has none; raises RecordsKeyMissing."""
    return _data_key(Path(settings.REACHBACK_DATA), str(organisation_id), records_keys())


@lru_cache(maxsize=4096)
def _data_key(data: Path, organisation: str, keys: RecordsKeys) -> DataKey:
    path = data / "keys" / "records" / f"{organisation}.json"
    try:
        if not path.exists():
            made = DataKey.make(organisation, keys)
            put(path, canonical.dumps(dict(made.document)))
        return DataKey.open(json.loads(path.read_bytes()), keys)
    except (SealError, OSError, ValueError) as error:
        raise RecordsKeyMissing(str(error)) from error


def opened(data: bytes) -> Unsealed:
    """What a file holds, sealed or of before sealing; raises RecordsKeyMissing."""
    if not sealing.is_sealed(data):
        return Unsealed(data, len(data), len(data))
    try:
        return sealing.unseal(data, records_keys())
    except SealError as error:
        raise RecordsKeyMissing(error.sentence) from error
