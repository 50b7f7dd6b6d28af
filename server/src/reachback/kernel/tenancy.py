"""Tenancy: a query on an organisation's rows raises unless somebody said whose rows are meant.

A queryset may run when it came from `visible_to(actor)`, or inside `scope(actor)` (then it is
narrowed to what the actor sees), or inside `every_organisation(reason=...)`. Inserting names its
organisation on the row and needs no scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar, cast

from django.db import models
from django.db.models import sql
from django.db.models.sql.compiler import SQLCompiler
from typing_extensions import override

from reachback.kernel.actors import Actor

M = TypeVar("M", bound=models.Model)

_scope: ContextVar[Actor | str | None] = ContextVar("reachback_tenancy_scope", default=None)


class NoOrganisationScope(RuntimeError):
    """A tenant table was queried without saying whose rows are meant: a defect in our code."""


@contextmanager
def scope(actor: Actor) -> Iterator[None]:
    """Narrow every tenant query inside to what the actor may see."""
    token = _scope.set(actor)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def every_organisation(*, reason: str) -> Iterator[None]:
    """Allow tenant queries across organisations inside; `reason` is for the reader."""
    if not reason:
        msg = "say why every organisation's rows are needed"
        raise ValueError(msg)
    token = _scope.set(reason)
    try:
        yield
    finally:
        _scope.reset(token)


def scoped_actor() -> Actor | None:
    """Return the actor of the innermost `scope`, if one is set."""
    present = _scope.get()
    return present if isinstance(present, Actor) else None


def _require_scope(model: type[models.Model] | None) -> None:
    if _scope.get() is None:
        name = model.__name__ if model is not None else "a tenant model"
        msg = f"{name} was queried without visible_to(actor), scope(actor) or every_organisation()"
        raise NoOrganisationScope(msg)


class TenantQuery(sql.Query):
    """A query that refuses to compile, at top level or as a subquery, unless it is scoped."""

    tenant_scoped: bool = False

    @override
    def get_compiler(self, *args: Any, **kwargs: Any) -> SQLCompiler:
        if not self.tenant_scoped:
            _require_scope(self.model)
        compiler: SQLCompiler = super().get_compiler(*args, **kwargs)
        return compiler


class TenantQuerySet(models.QuerySet[M]):
    """A queryset of one organisation's rows, or of those an actor may see."""

    def __init__(
        self,
        model: type[M] | None = None,
        query: sql.Query | None = None,
        using: str | None = None,
        hints: dict[str, models.Model] | None = None,
    ) -> None:
        if query is None and model is not None:
            query = TenantQuery(model)
        super().__init__(model, query, using, hints)

    def visible_to(self, actor: Actor) -> Self:
        """Narrow to what the actor may see, by organisation. Apps add sites and roles."""
        found = self.marked_scoped()
        if actor.sees_everything:
            return found
        return found.filter(**{f"{self.organisation_path()}__in": actor.visible_organisations()})

    @classmethod
    def organisation_path(cls) -> str:
        """Return the lookup from a row to its organisation's id; override where it is longer."""
        return "organisation_id"

    def marked_scoped(self) -> Self:
        """Return a copy that may run anywhere. For `visible_to` and operations on known rows."""
        found = self._chain()  # type: ignore[attr-defined]
        found.query.tenant_scoped = True
        return cast("Self", found)

    @override
    def update(self, **kwargs: Any) -> int:
        self._check()
        return super().update(**kwargs)

    @override
    def delete(self) -> tuple[int, dict[str, int]]:
        self._check()
        return super().delete()

    def _check(self) -> None:
        if not getattr(self.query, "tenant_scoped", False):
            _require_scope(self.model)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """The manager of tenant models: inside `scope(actor)` it starts from what the actor sees."""

    def get_queryset(self) -> TenantQuerySet[Any]:
        found = cast("TenantQuerySet[Any]", super().get_queryset())
        actor = scoped_actor()
        return found if actor is None else found.visible_to(actor)


class TenantModel(models.Model):
    """A row that belongs to one organisation. The app declares the `organisation` foreign key."""

    objects = TenantManager()

    class Meta:
        abstract = True
