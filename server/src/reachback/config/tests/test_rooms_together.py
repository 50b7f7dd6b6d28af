"""What must hold over all rooms at once: every page's context, and models beside migrations."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import get_resolver

from reachback.config import commands, rooms, urls
from reachback.ui.contexts import PageContext


def contexts(base: type[PageContext] = PageContext) -> Iterator[type[PageContext]]:
    """Every context of every room: the addresses import all views, the views their contexts."""
    assert get_resolver().url_patterns
    for context in base.__subclasses__():
        yield context
        yield from contexts(context)


def test_every_page_context_is_a_frozen_dataclass_with_typed_fields() -> None:
    found = list(contexts())
    assert len(found) >= 10
    for context in found:
        assert is_dataclass(context), context
        assert context.__dataclass_params__.frozen, context  # type: ignore[attr-defined]
        assert set(context.__annotations__) <= {field.name for field in fields(context)}, context


@pytest.mark.django_db
def test_models_and_migrations_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """A model changed without its migration fails here and names the change."""
    try:
        call_command("makemigrations", "--check", "--dry-run")
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_every_room_of_the_tree_is_in_every_installation() -> None:
    package = Path(rooms.__file__).parent.parent
    found = {path.parent.name for path in package.glob("*/apps.py")}
    assert found == {*rooms.ROOMS, "config"}
    assert {f"reachback.{room}" for room in found} <= set(settings.INSTALLED_APPS)


@pytest.mark.parametrize("command", commands.ALL, ids=lambda command: command.word)
def test_every_command_leads_to_a_function(command: commands.Command) -> None:
    module, _, name = command.target.partition(":")
    assert callable(getattr(import_module(module), name))
    assert command.help


def test_every_room_s_addresses_are_composed() -> None:
    package = Path(rooms.__file__).parent.parent
    found = {
        ".".join(("reachback", *path.relative_to(package).with_suffix("").parts))
        for path in package.glob("*/web/**/*urls.py")
    }
    assert found <= {module for _prefix, module in urls.PAGES}
