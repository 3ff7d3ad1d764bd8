"""Ingestor and analyst can do their work, and nothing else."""

import psycopg2
import pytest

from .own_database import Database

Rights = dict[tuple[str, str], set[str]]
Alone = dict[str, set[str]]

LOADED = {"INSERT", "SELECT", "DELETE", "TRUNCATE"}
SUMMARIES = {"INSERT", "SELECT", "DELETE"}
# By schema and kind of relation (r a table, v a view), what each role may.
INGESTOR: Rights = {
    ("hospital", "r"): LOADED,
    ("hospital", "v"): {"SELECT"},
    ("insight", "r"): SUMMARIES,
    ("insight", "v"): {"SELECT"},
}
ANALYST: Rights = {kind: {"SELECT"} for kind in INGESTOR}
# The rights on relations that are like no other.
INGESTOR_ALONE: Alone = {
    "insight.triage_targets": {"SELECT"},
    "lake.migrations": {"SELECT"},
    "lake.ingested_days": {"SELECT", "INSERT", "UPDATE", "DELETE"},
    "lake.ingested_files": {"SELECT", "INSERT", "DELETE"},
    "lake.rejected_rows": {"INSERT", "DELETE"},
}
ANALYST_ALONE: Alone = {
    "lake.migrations": {"SELECT"},
    "lake.ingested_days": {"SELECT"},
    "lake.ingested_files": {"SELECT"},
    "lake.rejected_rows": set(),
}
PRIVILEGES = [
    *("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
    *("REFERENCES", "TRIGGER", "MAINTAIN"),
]


@pytest.mark.parametrize(
    ("role", "by_kind", "alone"),
    [("ingestor", INGESTOR, INGESTOR_ALONE), ("analyst", ANALYST, ANALYST_ALONE)],
)
def test_the_rights_on_each_relation(
    read_only_database: Database, role: str, by_kind: Rights, alone: Alone
) -> None:
    user = getattr(read_only_database.settings, f"postgres_{role}_user")
    relations = read_only_database.ask(
        "select n.nspname, c.relname, c.relkind, array(select privilege from"
        f" unnest(array{PRIVILEGES}) privilege"
        f" where has_table_privilege('{user}', c.oid, privilege))"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('hospital', 'insight', 'lake') and c.relkind in ('r', 'v', 'm')"
    )
    assert len(relations) > 30
    for schema, name, kind, rights in relations:
        expected = alone.get(f"{schema}.{name}", by_kind.get((schema, kind)))
        assert set(rights) == expected, name


@pytest.mark.parametrize("role", ["ingestor", "analyst"])
def test_a_role_has_no_attributes_and_no_memberships(
    read_only_database: Database, role: str
) -> None:
    user = getattr(read_only_database.settings, f"postgres_{role}_user")
    assert read_only_database.ask(
        "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, array(select"
        " roleid::regrole::text from pg_auth_members where member = r.oid)"
        f" from pg_roles r where rolname = '{user}'"
    ) == [(False, False, False, False, False, [])]
    assert read_only_database.ask(
        f"select has_database_privilege('{user}', current_database(), 'create'),"
        f" has_schema_privilege('{user}', 'public', 'create')"
    ) == [(False, False)]


FORBIDDEN = [
    ("analyst", "delete from hospital.people"),
    ("analyst", "begin read write; delete from hospital.people"),
    ("analyst", "set default_transaction_read_only = off; commit; truncate hospital.people"),
    ("analyst", "begin read write; insert into insight.triage_targets values ('blue', 5, 1)"),
    ("analyst", "begin read write; delete from insight.rejected_rows"),
    ("analyst", "begin read write; select insight.forget('2021-04-06', '2021-04-08')"),
    ("analyst", "select raw_row from lake.rejected_rows"),
    ("analyst", "select * from lake.rejected_rows"),
    ("analyst", "begin read write; create table hospital.mine ()"),
    ("analyst", "begin read write; create temporary table mine ()"),
    ("analyst", "begin read write; create function public.mine() returns int return 1"),
    ("analyst", "select rolpassword from pg_authid"),
    ("analyst", "select pg_read_file('/etc/passwd')"),
    ("analyst", "begin read write; copy (select 1) to '/tmp/mine'"),
    ("analyst", "begin read write; copy (select 1) to program 'cat'"),
    ("analyst", "select lo_import('/etc/passwd')"),
    ("analyst", "set role {owner}"),
    ("analyst", "set role {ingestor}"),
    ("analyst", "begin read write; alter role {analyst} superuser"),
    ("analyst", "begin read write; alter role {ingestor} password 'mine'"),
    ("ingestor", "create table hospital.mine ()"),
    ("ingestor", "create table public.mine ()"),
    ("ingestor", "create schema mine"),
    ("ingestor", "alter table hospital.people drop column address"),
    ("ingestor", "alter table hospital.people disable trigger all"),
    ("ingestor", "drop table hospital.people"),
    ("ingestor", "drop view insight.busiest_days"),
    ("ingestor", "create or replace view insight.rejected_rows as select 1 as simulated_date"),
    ("ingestor", "update hospital.people set address = ''"),
    ("ingestor", "update insight.daily_stays set stays = 0"),
    ("ingestor", "update insight.triage_targets set target_minutes = 0"),
    ("ingestor", "select raw_row from lake.rejected_rows"),
    ("ingestor", "delete from lake.rejected_rows returning raw_row"),
    ("ingestor", "delete from lake.migrations"),
    ("ingestor", "create role mine"),
    ("ingestor", "set role {owner}"),
    ("ingestor", "set session_replication_role = replica"),
    ("ingestor", "copy hospital.people to program 'cat'"),
    ("ingestor", "copy hospital.people from '/etc/passwd'"),
]


@pytest.mark.parametrize(("role", "statement"), FORBIDDEN)
def test_a_role_may_do_nothing_else(
    read_only_database: Database, role: str, statement: str
) -> None:
    settings = read_only_database.settings
    names = {name: getattr(settings, f"postgres_{name}_user") for name in ("ingestor", "analyst")}
    refusals = (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ReadOnlySqlTransaction)
    with pytest.raises(refusals):
        read_only_database.ask(statement.format(owner=settings.postgres_owner_user, **names), role)


def test_a_role_reads_what_it_may(read_only_database: Database) -> None:
    views = read_only_database.ask(
        "select relname from pg_class where relnamespace = 'insight'::regnamespace"
        " and relkind in ('v', 'm', 'r')"
    )
    for (name,) in views:
        read_only_database.ask(f"select * from insight.{name}", "analyst")
    read_only_database.ask(
        "select simulated_date, dataset, line, reason, waiting from lake.rejected_rows", "analyst"
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("log_error_verbosity", "terse"),  # an error quotes no row
        ("log_min_error_statement", "panic"),  # nor the statement that failed
        ("log_statement", "none"),
        ("log_min_duration_statement", "-1"),
    ],
)
def test_the_server_writes_no_values_into_its_log(
    read_only_database: Database, setting: str, value: str
) -> None:
    assert read_only_database.ask(f"show {setting}") == [(value,)]
