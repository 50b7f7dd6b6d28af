"""Another organisation's rows cannot be read by forgetting to say whose rows are meant."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.db.models import Count
from django.test.utils import isolate_apps

from reachback.kernel import actors, tenancy
from reachback.kernel.actors import Actor
from reachback.kernel.tenancy import NoOrganisationScope, TenantModel

pytestmark = pytest.mark.django_db
LOTUS, ROSE = UUID(int=1), UUID(int=2)
CHEN = Actor(
    kind="person",
    id=uuid4(),
    name="Chen",
    organisation_id=LOTUS,
    customer_ids=frozenset({LOTUS}),
)


@pytest.fixture
def lamps() -> Iterator[type[TenantModel]]:
    with isolate_apps("reachback.kernel"):

        class Lamp(TenantModel):
            organisation_id = models.UUIDField()
            place = models.CharField(max_length=20)

            class Meta:
                app_label = "kernel"

        with connection.schema_editor() if connection.vendor != "sqlite" else _sqlite() as editor:
            editor.create_model(Lamp)
        for organisation_id, place in ((LOTUS, "lobby"), (LOTUS, "desk"), (ROSE, "attic")):
            Lamp.objects.create(organisation_id=organisation_id, place=place)
        yield Lamp


def _sqlite():  # noqa: ANN202 - Django's schema editor refuses to start inside a transaction here
    editor = connection.SchemaEditorClass(connection, atomic=False)
    editor.deferred_sql = []
    editor.collect_sql = False

    class Plain:
        def __enter__(self) -> object:
            return editor

        def __exit__(self, *exc: object) -> None:
            return

    return Plain()


@pytest.mark.parametrize(
    "read",
    [
        list,
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.first(),
        lambda rows: rows.get(place="attic"),
        lambda rows: rows.aggregate(n=Count("id")),
        lambda rows: list(rows.values_list("place", flat=True)),
        lambda rows: list(rows.filter(place="desk").iterator()),
        lambda rows: list(rows.filter(id__in=rows.values("id"))),
        lambda rows: list(rows.union(rows)),
        lambda rows: rows.update(place="x"),
        lambda rows: rows.filter(place="desk").delete(),
        lambda rows: rows.explain(),
        lambda rows: rows.in_bulk(),
        bool,
    ],
)
def test_every_way_to_query_raises_without_a_scope(lamps: type[TenantModel], read) -> None:  # noqa: ANN001
    with pytest.raises(NoOrganisationScope):
        read(lamps.objects.all())
    with tenancy.every_organisation(reason="the same read is fine when somebody said why"):
        read(lamps.objects.all())


def test_a_subquery_of_unscoped_rows_raises_inside_another_models_query(
    lamps: type[TenantModel],
) -> None:
    from reachback.kernel.models import Number  # noqa: PLC0415 - any model that is no tenant

    places = lamps.objects.values("place")
    with pytest.raises(NoOrganisationScope):
        list(Number.objects.filter(kind__in=places))


def places(rows: models.QuerySet) -> set[str]:
    return set(rows.values_list("place", flat=True))


def test_an_actor_sees_own_rows_by_name_and_by_scope(lamps: type[TenantModel]) -> None:
    assert places(lamps.objects.visible_to(CHEN)) == {"lobby", "desk"}
    with tenancy.scope(CHEN):
        assert places(lamps.objects.all()) == {"lobby", "desk"}
        assert lamps.objects.filter(place="attic").delete()[0] == 0
        assert lamps.objects.update(place="hall") == 2
    with tenancy.every_organisation(reason="to see what is left"):
        assert places(lamps.objects.all()) == {"hall", "attic"}


def test_the_system_and_agents_of_every_customer_see_all(lamps: type[TenantModel]) -> None:
    assert len(lamps.objects.visible_to(actors.system("tests"))) == 3
    agent = Actor(kind="person", id=uuid4(), name="Maya", is_provider=True, customer_ids=None)
    assert len(lamps.objects.visible_to(agent)) == 3


def test_an_actor_of_nowhere_sees_nothing(lamps: type[TenantModel]) -> None:
    nobody = Actor(kind="device", id=uuid4(), name="box")
    assert places(lamps.objects.visible_to(nobody)) == set()


def test_a_scope_ends_with_its_block(lamps: type[TenantModel]) -> None:
    with tenancy.scope(CHEN):
        assert tenancy.scoped_actor() is CHEN
    assert tenancy.scoped_actor() is None
    with pytest.raises(NoOrganisationScope):
        lamps.objects.count()
    with pytest.raises(ValueError, match="say why"), tenancy.every_organisation(reason=""):
        pass
