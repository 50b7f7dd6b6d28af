"""The permissions matrix, read from every room's `tests/matrix.py`: who gets which status where.

A row is `(name, method, statuses)` or `(name, method, statuses, data)`: the address's name, the
method, one status for each of `matrix_cast.PEOPLE`, and what is sent: a form, or JSON under the
key "json". The data's key "address" replaces arguments of the address, "format" the way of
sending. `$x` stands for the cast's value x.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from ninja import NinjaAPI
from ninja.operation import PathView

from reachback.config import rooms
from reachback.config.tests.matrix_cast import PEOPLE, Cast

#: Whole branches answered for by one entry: a library that has tests of its own.
#: Rooms that have no address of their own; a row for one of them would be found missing.
_WITHOUT_PAGES = {"agreements", "calendars", "kernel"}
_DEMO = "reachback.config.tests.demo_addresses"
BRANCHES = {"accounts/": "allauth: account, mfa and usersessions; see test_people's sign-in tests"}


@dataclass(frozen=True)
class Row:
    """One request that everybody makes."""

    room: str
    name: str
    method: str
    statuses: tuple[int, ...]
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a row covers."""
        return f"{self.name} {self.method}" if self.name.startswith("api:") else self.name

    def expected(self, person: str) -> int:
        """The status this person gets."""
        return self.statuses[PEOPLE.index(person)]

    def ask(self, cast: Cast, person: str) -> HttpResponseBase:
        """Make the request as the person."""
        address = reverse(self.name, kwargs=self._arguments(cast))
        sent = {k: _filled(v, cast) for k, v in self.data.items() if k not in {"address", "json"}}
        browser = cast.browser(person)
        if "json" in self.data:
            body = json.dumps(_filled(self.data["json"], cast), default=str)
            return browser.generic(self.method, address, body, content_type="application/json")
        if self.method == "GET":
            return browser.get(address, sent)
        return browser.post(address, sent)

    def _arguments(self, cast: Cast) -> dict[str, Any]:
        given = _filled(self.data.get("address", {}), cast)
        wanted = _arguments_of(self.name)
        return {name: given.get(name, cast.values.get(name)) for name in wanted}


def _filled(value: Any, cast: Cast) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str) and value.startswith("$"):
        return cast.values[value[1:]]
    if isinstance(value, Mapping):
        return {name: _filled(each, cast) for name, each in value.items()}
    return value


def rows() -> list[Row]:
    """Every room's rows."""
    found = []
    for room in (*rooms.ROOMS, "config"):
        module = (
            f"reachback.{room}.tests.matrix_rows"
            if room == "config"
            else (f"reachback.{room}.tests.matrix")
        )
        if room in _WITHOUT_PAGES:
            continue
        for name, method, statuses, *data in import_module(module).ROWS:
            numbers = tuple(int(each) for each in statuses.split())
            assert len(numbers) == len(PEOPLE), f"{name} has {len(numbers)} statuses"
            found.append(Row(room, name, method, numbers, data[0] if data else {}))
    return found


@dataclass(frozen=True)
class Address:
    """One pattern of the installation."""

    name: str
    path: str
    arguments: tuple[str, ...]

    @property
    def branch(self) -> str:
        """The branch that answers for it, or nothing."""
        return next((branch for branch in BRANCHES if self.path.startswith(branch)), "")


def addresses(urlconf: str | None = None) -> list[Address]:
    """Every pattern below the root, nameless ones too."""
    return list(_walk(get_resolver(urlconf), (), ""))


def _walk(branch: URLResolver, spaces: tuple[str, ...], prefix: str) -> Iterator[Address]:
    for each in branch.url_patterns:
        path = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            inner = (*spaces, each.namespace) if each.namespace else spaces
            yield from _walk(each, inner, path)
        elif isinstance(each, URLPattern):
            name = ":".join((*spaces, each.name or ""))
            yield Address(name, path, tuple(each.pattern.converters))


@cache
def _arguments_of(name: str) -> tuple[str, ...]:
    return next(each.arguments for each in addresses(_DEMO) if each.name == name)


def operations(api: NinjaAPI) -> list[str]:
    """Every operation of the API, as `api:NAME METHOD`."""
    found = []
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            assert isinstance(view, PathView)
            for operation in view.operations:
                name = operation.view_func.__name__
                found += [f"api:{name} {method}" for method in operation.methods]
    return found
