"""What must hold over all rooms at once: every page's context, and models beside migrations."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from django.core.management import call_command
from django.urls import get_resolver

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
