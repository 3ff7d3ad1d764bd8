"""The owner needs no superuser's rights; what .env says and Postgres does not know is named."""

import pytest

from pipeline.settings import ConfigurationError

from .own_database import Database, new_database
from .small_lake import Lake
from .test_loading import ALL_ROWS

ROLES_SH = "docker compose exec postgres bash /docker-entrypoint-initdb.d/roles.sh"


def change(database: Database, **settings: object) -> None:
    """Change values in .env."""
    changed = {f"postgres_{name}": value for name, value in settings.items()}
    database.settings = database.settings.model_copy(update=changed)


# A volume of version 0.2.0 has an owner who is the superuser.
@pytest.mark.parametrize("attributes", ["createrole", "superuser"])
def test_an_owner_sets_up_everything(three_days: Lake, attributes: str) -> None:
    with new_database(three_days.root, attributes) as database:
        database.migrate()
        database.ingest()
        assert database.counts() == ALL_ROWS
        assert database.ask("show default_transaction_read_only", "analyst") == [("on",)]


def test_an_owner_without_createrole_names_what_an_administrator_has_to_run(
    three_days: Lake,
) -> None:
    with new_database(three_days.root, "nocreaterole") as database:
        with pytest.raises(ConfigurationError, match="give it CREATEROLE, or run: ") as refusal:
            database.migrate()
        statements = str(refusal.value).split(", or run: ")[1]
        for role in ("ingestor", "analyst"):
            password = getattr(database.settings, f"postgres_{role}_password")
            statements = statements.replace("'…'", f"'{password}'", 1)
        database.ask(statements, "superuser")
        database.migrate()
        database.ingest()
        assert database.counts() == ALL_ROWS
        assert database.ask("show default_transaction_read_only", "analyst") == [("on",)]
        change(database, ingestor_password="another")
        with pytest.raises(ConfigurationError, match="put the password that the role has into"):
            database.migrate()


@pytest.mark.parametrize("attribute", ["superuser", "createdb", "createrole", "bypassrls"])
def test_a_role_that_may_too_much_is_named_if_the_owner_may_not_change_it(
    empty_database: Database, attribute: str
) -> None:
    analyst = empty_database.settings.postgres_analyst_user
    empty_database.ask(f"create role {analyst} login {attribute}", "superuser")
    with pytest.raises(
        ConfigurationError, match=f'run: alter role "{analyst}" login no{attribute}'
    ):
        empty_database.migrate()


@pytest.mark.parametrize("role", ["ingestor", "analyst"])
def test_a_changed_password_is_set_anew(database: Database, role: str) -> None:
    change(database, **{f"{role}_password": "another"})
    database.migrate()
    assert database.ask("select 1", role) == [(1,)]


def test_roles_that_are_renamed_are_created(database: Database, three_days: Lake) -> None:
    old = database.settings.postgres_analyst_user
    change(database, analyst_user=f"{old}_2")
    database.migrate()
    assert database.ask("select count(*) from hospital.people", "analyst") == [(0,)]
    database.ask(f"drop owned by {old}_2; drop role {old}_2", "superuser")


@pytest.mark.parametrize("role", ["ingestor", "analyst"])
def test_one_name_for_two_roles_is_refused(empty_database: Database, role: str) -> None:
    change(empty_database, **{f"{role}_user": empty_database.settings.postgres_owner_user})
    with pytest.raises(ConfigurationError, match="got the same name twice"):
        empty_database.migrate()
    assert empty_database.ask("select rolcreaterole from pg_roles where rolname = user") == [
        (True,)
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("owner_password", "password authentication failed for user .*: if .env was changed"),
        ("owner_user", "password authentication failed for user .*: if .env was changed"),
        ("db", "database .nowhere. does not exist: if .env was changed"),
    ],
)
def test_what_only_the_volume_knows_is_refused_with_the_way_out(
    database: Database, setting: str, message: str
) -> None:
    change(database, **{setting: "nowhere"})
    with pytest.raises(ConfigurationError, match=message) as refusal:
        database.migrate()
    assert str(refusal.value).endswith(ROLES_SH)


@pytest.mark.parametrize("what", ["database {database}", "schema lake"])
def test_what_belongs_to_another_role_is_named(empty_database: Database, what: str) -> None:
    named = what.format(database=empty_database.settings.postgres_db)
    empty_database.ask("create schema lake", "owner")
    empty_database.ask(f"alter {named} owner to pg_monitor", "superuser")
    with pytest.raises(ConfigurationError, match=f"{named} belongs to pg_monitor, expected "):
        empty_database.migrate()
