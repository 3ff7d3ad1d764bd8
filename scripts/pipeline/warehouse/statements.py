"""The SQL of the careful path, for one dataset: its staging table and its prepared statements.

The staging table takes every field as text, so that Postgres itself, in one pass over a file, can
say what is wrong with which line (checks).
"""

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from pipeline.warehouse.checks import (
    field,
    missing_references,
    reference_joins,
    typed,
    wrong_in_itself,
)
from pipeline.warehouse.datasets import Datasets

REJECTED = """
create temporary table rejected
    (dataset text, line bigint, reason text, waiting boolean, raw_row json) on commit delete rows
"""

# The parameter of the statements is the day of the file; `check` also takes a note that names the
# missing earlier day, or NULL.
SET_UP = """
create temporary table {bare_staged} (line bigint, {text_columns}) on commit delete rows;

prepare {check} (date, text) as
insert into pg_temp.rejected
select {name}, line, coalesce(wrong, missing || coalesce($2, '')), wrong is null and $2 is not null
from (
    select s.line, {wrong} as wrong, {missing} as missing
    from {staged} s
    left join (
        select {key}, min(line) as line from {staged}
        group by {key} having count(*) > 1
    ) first_with_key using ({key})
    {reference_joins}
) checked
where wrong is not null or missing is not null;

-- A key that is there already is either this day's own row, from loading it before, or another
-- day's: reject_taken tells them apart.
prepare {insert} (date) as
insert into {table} (simulated_date, {columns})
select $1, {typed_columns} from {staged} s
where not exists (select from pg_temp.rejected r where r.dataset = {name} and r.line = s.line)
on conflict ({key}) do nothing;

prepare {reject_taken} (date) as
insert into pg_temp.rejected
select {name}, s.line, {key_names} || ': already there from ' || t.simulated_date, false
from {staged} s join {table} t on {same_key}
where t.simulated_date <> $1 and not exists (
    select from pg_temp.rejected r where r.dataset = {name} and r.line = s.line
);

prepare {keep_rejected} (date) as
insert into lake.rejected_rows (simulated_date, dataset, line, reason, waiting, raw_row)
select $1, {name}, r.line, r.reason, r.waiting, coalesce(
    r.raw_row, (select row_to_json(fields) from (select {staged_columns}) fields))
from pg_temp.rejected r left join {staged} s using (line)
where r.dataset = {name}
"""

VERBS = ("check", "insert", "reject_taken", "keep_rejected")

# FORCE_NULL: a quoted empty field is as empty as an unquoted one.
COPY = """
copy {staged} (line, {columns}) from stdin
    with (format csv, force_null ({columns}), encoding 'UTF8')
"""


def set_up(cursor: Cursor, name: str, datasets: Datasets) -> str:
    """Create the staging table of the dataset `name` and prepare its statements, for the session.

    Returns:
        The COPY into the staging table; the first field of each row is its line.
    """
    dataset = datasets.datasets[name]
    columns = dataset.columns
    staged = sql.Identifier("pg_temp", f"staged_{name}")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    same_key = [
        sql.SQL("t.{} = {}").format(sql.Identifier(column), typed(column, columns[column]))
        for column in dataset.key
    ]
    text_columns = [
        sql.SQL('{} text collate "C"').format(sql.Identifier(column)) for column in columns
    ]
    cursor.execute(
        sql.SQL(SET_UP).format(
            **{verb: prepared(verb, name) for verb in VERBS},
            name=sql.Literal(name),
            staged=staged,
            bare_staged=sql.Identifier(f"staged_{name}"),
            table=sql.Identifier("hospital", dataset.table),
            columns=names,
            text_columns=sql.SQL(", ").join(text_columns),
            staged_columns=sql.SQL(", ").join(map(field, columns)),
            typed_columns=sql.SQL(", ").join(typed(*column) for column in columns.items()),
            key=sql.SQL(", ").join(map(sql.Identifier, dataset.key)),
            key_names=sql.Literal(", ".join(dataset.key)),
            same_key=sql.SQL(" and ").join(same_key),
            wrong=wrong_in_itself(dataset, sql.SQL("$1")),
            missing=missing_references(dataset),
            reference_joins=reference_joins(dataset, datasets),
        )
    )
    return sql.SQL(COPY).format(staged=staged, columns=names).as_string(cursor)


def prepared(verb: str, name: str) -> sql.Identifier:
    """The name of a prepared statement of the dataset `name`."""
    return sql.Identifier(f"{verb}_{name}")
