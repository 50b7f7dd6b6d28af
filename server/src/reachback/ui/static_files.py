"""Where static files are: a page asks for a hundred addresses, and they never change."""

from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage
from typing_extensions import override


class RememberedAddresses(StaticFilesStorage):
    """Django's storage that builds each address once. Only templates name files, so few are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str | None, str] = {}

    @override
    def url(self, name: str | None) -> str:
        if name not in self._addresses:
            self._addresses[name] = super().url(name)
        return self._addresses[name]
