"""Where static files are: each address names its content, so that a browser asks for it once.

The front answers an address with `?v=` as one that never changes. Without it every page asked
again for each of its twenty style sheets and scripts, between Connect and the prompt too.
"""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from typing_extensions import override

_DIGITS: Final = 12  # hexadecimal, 48 bits: two versions of one file never share them by chance
_WORDS: Final = (".css", ".js", ".svg", ".html")  # the other kinds are compressed already


_LONG_AGO: Final = datetime(1980, 1, 1, tzinfo=UTC)


def _source(name: str) -> bytes | None:
    found = finders.find(name)
    return Path(found).read_bytes() if isinstance(found, str) else None


def _version(name: str) -> str:
    source = _source(name)
    return "" if source is None else hashlib.sha256(source).hexdigest()[:_DIGITS]


def _compress(source: Path) -> None:
    """Write `source` once more beside it, as gzip, unless that was done since it changed."""
    small = source.with_name(source.name + ".gz")
    if small.exists() and small.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return
    part = small.with_name(small.name + ".part")  # a reader never meets half a file
    part.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))
    part.replace(small)


class RememberedAddresses(StaticFilesStorage):
    """Django's storage with the content's digest behind each address, which is built once.

    What is collected is compressed once: the front sends `NAME.gz` to whoever takes gzip.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    @override
    def url(self, name: str | None) -> str:
        if name not in self._addresses:
            version = _version(name or "")
            address = super().url(name)
            self._addresses[name] = f"{address}?v={version}" if version else address
        return self._addresses[name]

    @override
    def get_modified_time(self, name: str) -> datetime:
        """Old, when the copy differs: a release that is put back has older files than its copy."""
        source = _source(name)
        if source is not None and Path(self.path(name)).read_bytes() != source:
            return _LONG_AGO
        return super().get_modified_time(name)

    def post_process(
        self, paths: Mapping[str, Any], *, dry_run: bool = False, **_: Any
    ) -> Iterator[tuple[str, str, bool]]:
        """Called by collectstatic with what it copied; yields name, new name, whether changed."""
        for name in paths:
            if not dry_run and name.endswith(_WORDS):
                _compress(Path(self.path(name)))
            yield name, name, False
