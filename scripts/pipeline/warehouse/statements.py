"""The statements that take one dataset from its file into its table.

Staging tables hold every field as text, so that Postgres itself, in one pass over a file, can
say per line what is wrong with it (checks).
"""

from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.settings import ConfigurationError
from pipeline.warehouse.checks import (
    SQL_TYPES,
    field,
    missing_references,
    reference_joins,
    typed,
    wrong_in_itself,
)
from pipeline.warehouse.datasets import Datasets

# What a row with a missing reference may wait for, in words; empty if nothing is missing.
WAITS_FOR = "batch_ingestor.waits_for"
# The day of the file, for rows that must stand on it.
DAY = "batch_ingestor.day"

PLANNING = {
    # One sort or hash: enough for a million people without going to disk.
    "work_mem": "128MB",
    # Postgres keeps the plan of a foreign key's check for the whole session. Made when the table
    # was empty it would be to read all of it, for every row of every later day: use the index.
    "enable_seqscan": "off",
    # Compiling takes longer than any of these statements.
    "jit": "off",
    # Planning a check takes as long as running it. Tables grow by the day, and a plan for the sizes
    # of last year would be a trap: see DAYS_BETWEEN_PLANS.
    "plan_cache_mode": "force_generic_plan",
    # A commit need not wait for the disk: rows and ledger are lost together or not at all, and what
    # a crash of the server takes with it is loaded again.
    "synchronous_commit": "off",
}
# Everything is planned anew so often, the checks of foreign keys included.
DAYS_BETWEEN_PLANS = 20

VERDICTS = """
create temporary table verdicts
    (dataset text, line bigint, reason text, waiting boolean, raw_row json) on commit delete rows
"""


class Statements(NamedTuple):
    """The SQL of one dataset: some statements as they are, and the prepared ones by their name."""

    create: sql.Composable
    copy: sql.Composable
    copy_with_lines: sql.Composable
    prepared: dict[str, sql.Composable]


def statements(name: str, datasets: Datasets) -> Statements:
    """Everything needed to load the dataset `name`."""
    dataset = datasets.datasets[name]
    key = sql.SQL(", ").join(map(sql.Identifier, dataset.key))
    parts = {
        "name": sql.Literal(name),
        "waits_for": sql.Literal(WAITS_FOR),
        "staged": sql.Identifier("pg_temp", f"staged_{name}"),
        "bare_staged": sql.Identifier(f"staged_{name}"),
        "table": sql.Identifier("hospital", dataset.table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, dataset.columns)),
        "staged_columns": sql.SQL(", ").join(map(field, dataset.columns)),
        "text_columns": sql.SQL(", ").join(
            sql.SQL('{} text collate "C"').format(sql.Identifier(column))
            for column in dataset.columns
        ),
        "key": key,
        "bad": wrong_in_itself(dataset, DAY),
        "missing": missing_references(dataset),
        "reference_joins": reference_joins(dataset, datasets),
        "typed_columns": sql.SQL(", ").join(
            typed(column, spec) for column, spec in dataset.columns.items()
        ),
        "same_key": sql.SQL(" and ").join(
            sql.SQL("t.{} = {}").format(
                sql.Identifier(column), typed(column, dataset.columns[column])
            )
            for column in dataset.key
        ),
        "key_names": sql.Literal(", ".join(dataset.key)),
    }
    create = (
        # The identity column counts the lines, for a file that goes to COPY as it is.
        """create temporary table {bare_staged}
            (line bigint generated always as identity, {text_columns}) on commit delete rows"""
    )
    copy = (
        # FORCE_NULL: a quoted empty field is as empty as an unquoted one.
        """copy {staged} ({columns}) from stdin
            with (format csv, header true, force_null ({columns}), encoding 'UTF8')"""
    )
    copy_with_lines = """copy {staged} (line, {columns}) from stdin
            with (format csv, force_null ({columns}), encoding 'UTF8')"""
    # Its parameters are in the settings WAITS_FOR and DAY.
    check = """
        insert into pg_temp.verdicts
        select {name}, line, coalesce(bad, missing || coalesce(gap, '')),
               bad is null and gap is not null
        from (
            select s.line, {bad} as bad, {missing} as missing
            from {staged} s
            left join (
                select {key}, min(line) as line from {staged}
                group by {key} having count(*) > 1
            ) twin using ({key})
            {reference_joins}
        ) judged, nullif(current_setting({waits_for}, true), '') gap
        where bad is not null or missing is not null"""
    prepared = {
        "check": check,
        # A key that is there already is either this day's own row, from loading it before, or
        # another day's: find_taken tells them apart.
        "insert": """
            insert into {table} (simulated_date, {columns})
            select $1, {typed_columns} from {staged} s
            where not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )
            on conflict ({key}) do nothing""",
        "find_taken": """
            insert into pg_temp.verdicts
            select {name}, s.line, {key_names} || ': already there from ' || t.simulated_date, false
            from {staged} s join {table} t on {same_key}
            where t.simulated_date <> $1 and not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )""",
        "keep_rejected": """
            insert into lake.rejected_rows
                (simulated_date, dataset, line, reason, waiting, raw_row)
            select $1, {name}, v.line, v.reason, v.waiting, coalesce(
                v.raw_row, (select row_to_json(fields) from (select {staged_columns}) fields))
            from pg_temp.verdicts v left join {staged} s using (line)
            where v.dataset = {name}""",
    }
    return Statements(
        create=sql.SQL(create).format(**parts),
        copy=sql.SQL(copy).format(**parts),
        copy_with_lines=sql.SQL(copy_with_lines).format(**parts),
        prepared={verb: sql.SQL(text).format(**parts) for verb, text in prepared.items()},
    )


def prepare(cursor: Cursor, name: str, datasets: Datasets) -> tuple[str, str]:
    """Create the staging table of a dataset and prepare its statements, for the whole session.

    Returns:
        The COPY of a file as it is, and the one whose first field is the line.
    """
    of_dataset = statements(name, datasets)
    cursor.execute(of_dataset.create)
    for verb, statement in of_dataset.prepared.items():
        prepared = sql.Identifier(f"{verb}_{name}")
        parameters = sql.SQL("" if verb == "check" else "(date)")
        cursor.execute(sql.SQL("prepare {} {} as ").format(prepared, parameters) + statement)
    return of_dataset.copy.as_string(cursor), of_dataset.copy_with_lines.as_string(cursor)


def run(cursor: Cursor, verb: str, name: str, *parameters: object) -> int:
    """Execute a prepared statement of a dataset; how many rows it wrote."""
    statement = sql.Identifier(f"{verb}_{name}")
    with_parameters = sql.SQL("execute {} (%s)" if parameters else "execute {}")
    cursor.execute(with_parameters.format(statement), parameters)
    return cursor.rowcount


def check_tables(cursor: Cursor, datasets: Datasets) -> None:
    """Each dataset's table must have its columns, with their types, and the day's.

    Raises:
        ConfigurationError: naming the first table that has not.
    """
    for name, dataset in datasets.datasets.items():
        expected = {"simulated_date": "date"}
        expected |= {column: SQL_TYPES[spec.type] for column, spec in dataset.columns.items()}
        cursor.execute(
            "select attname, format_type(atttypid, null) from pg_attribute where attnum > 0"
            " and not attisdropped and attrelid = to_regclass(%s)",
            [f"hospital.{dataset.table}"],
        )
        found = dict(cursor.fetchall())
        if found != expected:
            wrong = sorted(set(found.items()) ^ set(expected.items()))
            raise ConfigurationError(
                f"datasets.yaml: datasets.{name}: got columns that the table hospital."
                f"{dataset.table} does not share, expected the same: {wrong}"
            )
