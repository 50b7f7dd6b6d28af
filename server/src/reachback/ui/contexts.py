"""What a page knows: one frozen dataclass per page, its fields are the template's variables."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PageContext:
    """The base of every page's context; `title` is the page's name without the product's."""

    title: str

    def variables(self) -> dict[str, Any]:
        """The fields by name, not copied deeply (querysets and lists stay as they are)."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How one person wants every page: set on the request by people's middleware."""

    theme: str = "system"
    single_keys: bool = True
