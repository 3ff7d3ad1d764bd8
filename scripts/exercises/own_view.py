"""Exercise 10: a view of one's own in schema insight, with its comments and a saved query.

A view counts if it is made by a migration after the last one that comes with the project.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.warehouse import migrations
from pipeline.warehouse.migrations import Migration

VIEW = r'(?:insight|"insight")\s*\.\s*("[^"]+"|[\w$]+)'
READS = re.compile(VIEW, re.IGNORECASE)
CREATES = re.compile(rf"create\s+(?:or\s+replace\s+)?(?:recursive\s+)?view\s+{VIEW}", re.IGNORECASE)
VIEWS = "select viewname from pg_views where schemaname = 'insight'"
LAST_OF_THE_PROJECT = 16
OWN = "select version from lake.migrations where version > %s order by version"
UNCOMMENTED = """
select attname from pg_attribute
where attrelid = %s::regclass and attnum > 0 and col_description(attrelid, attnum) is null
union all
select 'the view itself' where obj_description(%s::regclass, 'pg_class') is null
"""


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a view that the project does not have, and for what belongs to one."""
    by_version = {m.version: m for m in migrations.read(stack.settings.migrations_dir)}
    applied = [version for (version,) in stack.ask(OWN, LAST_OF_THE_PROJECT)]
    files = [by_version[version] for version in applied if version in by_version]
    exist = {name for (name,) in stack.ask(VIEWS)}
    own = [name for file in files for name in created(file) if name in exist]
    if not own:
        return missing(_what_next(exist, by_version, applied))
    name = own[-1]
    quoted = f'insight."{name}"'
    [(rows,)] = stack.ask(f"select count(*) from {quoted}")
    there = [f"a migration of yours made insight.{name}; the analyst reads {rows} rows in it"]
    wrong = [] if rows else [f"rows in insight.{name}: it has none"]
    bare = [column for (column,) in stack.ask(UNCOMMENTED, *[quoted] * 2)]
    if bare:
        wrong.append(f"comments of insight.{name} on: {', '.join(bare)}")
    if fault := query_fault(
        stack.settings.configs_dir / "pgadmin" / "queries" / f"{name}.sql", name
    ):
        wrong.append(fault)
    else:
        there.append(f"pgAdmin has the saved query {name}.sql")
    return Findings(there, wrong)


def created(migration: Migration) -> list[str]:
    """The views of schema insight that a migration creates."""
    return list(map(_as_postgres_names_it, CREATES.findall(migration.statements)))


def query_fault(path: Path, view: str) -> str:
    """What is wrong with the saved query of a view; empty if nothing."""
    name = f"configs/pgadmin/queries/{path.name}"
    if not path.exists():
        return f"the saved query {name}"
    read = READS.findall(path.read_text(encoding="utf-8"))
    if view not in map(_as_postgres_names_it, read):
        return f"insight.{view} in the saved query {name}"
    return ""


def _as_postgres_names_it(written: str) -> str:
    """A name in quotes is as it is written; any other is in small letters."""
    return written.strip('"') if written.startswith('"') else written.lower()


def _what_next(exist: set[str], by_version: dict[int, Migration], applied: Sequence[int]) -> str:
    """What to do when no migration of one's own made a view."""
    if applied and applied[-1] not in by_version:
        return "your migration in the image of this check: docker compose build batch_ingestor"
    of_files = {name for file in by_version.values() for name in created(file)}
    if by_hand := sorted(exist - of_files):
        return f"a migration that creates insight.{by_hand[0]}: an emptied Postgres would lack it"
    return "a view of your own: each view of schema insight came with the project"
