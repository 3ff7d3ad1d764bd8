"""Migrations are applied once, in order, whatever was there before; every column has a comment."""

import psycopg2
import pytest

from pipeline.settings import ConfigurationError
from pipeline.warehouse import migrations

from .own_database import Database
from .small_lake import ROOT, Lake

HISTORY = "select version, name, sha256 from lake.migrations order by version"


def test_an_empty_database_gets_the_schema_once(empty_database: Database) -> None:
    empty_database.migrate()
    first = empty_database.ask(HISTORY + ", applied_at")
    empty_database.migrate()
    assert [row[0] for row in first] == list(range(1, len(empty_database.migrations) + 1))
    assert empty_database.ask(HISTORY + ", applied_at") == first


def test_an_older_database_is_brought_up_to_date(empty_database: Database) -> None:
    everything = empty_database.migrations
    empty_database.migrations = everything[:2]
    # Granting the roles their rights fails, because the later migrations make schema insight.
    with pytest.raises(psycopg2.errors.InvalidSchemaName):
        empty_database.migrate()
    empty_database.migrations = everything
    empty_database.migrate()
    assert len(empty_database.ask(HISTORY)) == len(everything)


def test_a_newer_database_is_refused(database: Database) -> None:
    later = len(database.migrations) + 1
    database.ask(f"insert into lake.migrations values ({later}, 'later', 'x')")
    with pytest.raises(ConfigurationError, match=rf"at migration {later} \(later\), newer than"):
        database.migrate()


def test_a_changed_migration_is_refused(database: Database) -> None:
    database.migrations[1] = database.migrations[1]._replace(sha256="0" * 64)
    with pytest.raises(ConfigurationError, match=r"migration 2 \(stays_and_beds\) was changed"):
        database.migrate()


def test_a_failing_migration_leaves_nothing(empty_database: Database) -> None:
    broken = migrations.Migration(1, "broken", "f" * 64, "create schema half; select 1 / 0")
    empty_database.migrations = [broken]
    with pytest.raises(psycopg2.DataError):
        empty_database.migrate()
    assert empty_database.ask(HISTORY) == []
    assert empty_database.ask("select from pg_namespace where nspname = 'half'") == []


def test_every_table_view_and_column_has_a_comment(database: Database) -> None:
    bare = database.ask(
        "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace::regnamespace::text in ('hospital', 'lake', 'insight')"
        " and c.relkind in ('r', 'v', 'm') and a.attnum > 0 and not a.attisdropped"
        " and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)"
    )
    assert bare == []


def test_every_table_has_a_key(database: Database) -> None:
    keyless = database.ask(
        "select c.relname from pg_class c where c.relkind = 'r'"
        " and c.relnamespace::regnamespace::text in ('hospital', 'lake') and not exists"
        " (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')"
    )
    assert keyless == []


def test_every_reference_is_indexed_but_to_wards(database: Database) -> None:
    bare = database.ask(
        "select conrelid::regclass::text, conname from pg_constraint where contype = 'f'"
        " and connamespace = 'hospital'::regnamespace"
        " and confrelid <> 'hospital.wards'::regclass and not exists (select from pg_index"
        " where indrelid = conrelid and indkey[0] = conkey[1] and indpred is null)"
    )
    assert bare == []


def test_a_dataset_without_its_table_is_refused(database: Database, lake: Lake) -> None:
    database.ask("alter table hospital.wards add column floor integer")
    with pytest.raises(ConfigurationError, match=r"datasets\.wards: .*hospital\.wards.*floor"):
        database.ingest()


def test_migration_files_are_numbered_without_a_gap() -> None:
    found = migrations.read(ROOT / "batch_ingestor" / "migrations")
    assert [migration.version for migration in found] == list(range(1, len(found) + 1))
