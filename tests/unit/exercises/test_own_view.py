"""A view of one's own is found by the name that Postgres gives it, and what it lacks is named."""

from pathlib import Path

import pytest

from exercises import own_view
from exercises.own_view import created, query_fault
from exercises.stack import Stack
from pipeline.broker.topics import read_topics
from pipeline.settings import CheckSettings
from pipeline.warehouse.migrations import Migration

TOPICS = read_topics(Path(__file__).parents[3] / "configs")


class Asked(Stack):
    """Postgres has applied these migrations after those of the project, and has these views."""

    applied: tuple[int, ...] = ()
    views: tuple[str, ...] = ()

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        match statement:
            case own_view.OWN:
                return [(version,) for version in self.applied]
            case own_view.VIEWS:
                return [(view,) for view in self.views]
            case own_view.UNCOMMENTED:
                assert values == (f'insight."{self.views[-1]}"',) * 2
                return []
        assert statement == f'select count(*) from insight."{self.views[-1]}"'
        return [(7,)]


@pytest.fixture
def stack(tmp_path: Path) -> Asked:
    """The image has one migration, which makes insight.shipped; there are no saved queries."""
    migration = "create view insight.shipped as select 1;"
    (tmp_path / "0001_shipped.sql").write_text(migration)
    (tmp_path / "pgadmin" / "queries").mkdir(parents=True)
    return Asked(
        CheckSettings.model_construct(migrations_dir=tmp_path, configs_dir=tmp_path), TOPICS
    )


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("create view insight.a as select 1", "a"),
        ("CREATE OR REPLACE VIEW insight.b AS SELECT 1", "b"),
        ("create recursive view insight.c (n) as select 1", "c"),
        ("create or replace recursive view insight.d (n) as select 1", "d"),
        ("create view insight.ArrivalsByDistrict as select 1", "arrivalsbydistrict"),
        ('create view insight."ArrivalsByDistrict" as select 1', "ArrivalsByDistrict"),
        ('create view "insight"."by district" as select 1', "by district"),
        ("create view Insight . e$1 as select 1", "e$1"),
    ],
)
def test_a_view_has_the_name_that_postgres_gives_it(statement: str, name: str) -> None:
    assert created(Migration(1, "x", "", f"select 1;\n{statement};")) == [name]


def test_every_view_of_a_migration_is_found() -> None:
    statements = "create view insight.a as select 1;\ncreate view insight.b as select 2;"
    assert created(Migration(1, "x", "", statements)) == ["a", "b"]


def test_a_saved_query_has_the_name_of_its_view_and_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.sql"
    assert query_fault(path, "mine") == "the saved query configs/pgadmin/queries/mine.sql"
    for other in ("select 1", "select * from insight.mine_too"):
        path.write_text(other)
        assert "insight.mine in the saved query" in query_fault(path, "mine")
    for reading in ("insight.mine", "insight.Mine", '"insight"."mine"'):
        path.write_text(f"select * from {reading};")
        assert not query_fault(path, "mine")


def test_a_view_whose_name_needs_quotes_is_looked_at_by_that_name(stack: Asked) -> None:
    statement = 'create view insight."By District" as select 1;'
    (stack.settings.migrations_dir / "0002_mine.sql").write_text(statement)
    query = stack.settings.configs_dir / "pgadmin" / "queries" / "By District.sql"
    query.write_text('select * from insight."By District"')
    stack.applied, stack.views = (2,), ("shipped", "By District")
    assert own_view.check(stack, []).missing == []


def test_a_view_made_by_hand_lacks_its_migration(stack: Asked) -> None:
    stack.views = ("shipped", "mine")
    [told] = own_view.check(stack, []).missing
    assert told.startswith("a migration that creates insight.mine")


def test_a_migration_that_only_the_batch_ingestor_has_is_to_be_built_in(stack: Asked) -> None:
    stack.applied, stack.views = (2,), ("shipped", "mine")
    [told] = own_view.check(stack, []).missing
    assert told.startswith("your migration in the image of this check")


def test_the_views_of_the_project_are_nobody_s_own(stack: Asked) -> None:
    stack.views = ("shipped",)
    [told] = own_view.check(stack, []).missing
    assert told.startswith("a view of your own")
