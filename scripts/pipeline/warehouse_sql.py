"""The statements that take one dataset from its file into its table.

Staging tables hold every field as text, so that Postgres itself, in one pass over a file, can
say per line what is wrong with it. A reason names the column and what was expected; it never
quotes a value, since values may be anybody's name.

Patterns are spelled with explicit ranges and staged text has collation "C": what counts as a
digit or as equal does not depend on the server's language.
"""

from typing import NamedTuple

from psycopg2 import sql

from pipeline.datasets import Column, Comparison, Condition, Dataset, Datasets

SQL_TYPES = {
    "text": "text",
    "integer": "integer",
    "numeric": "numeric",
    "date": "date",
    "instant": "timestamp with time zone",
}

# What Postgres takes for a day or an instant is far more than ISO 8601 ("today", "3 Apr 99"). So a
# text must have the length, be one at all, and be what Postgres itself would write for it.
CANONICAL = {
    "date": (10, "{field}::date::text"),
    "instant": (20, "replace({field}::timestamptz::timestamp::text, ' ', 'T') || 'Z'"),
}
WHOLE_NUMBER = "-?(0|[1-9][0-9]{0,17})"
EXPECTED = {
    "integer": "a whole number",
    "date": "a day such as 2021-04-07",
    "instant": "an instant such as 2021-04-07T13:05:09Z",
}
INTEGER_RANGE = (-(2**31), 2**31 - 1)
# Digits before the point of a numeric: far beyond any amount, far below what numeric can hold.
NUMERIC_DIGITS = 18

# What a row with a missing reference may wait for, in words; empty if nothing is missing.
WAITS_FOR = "batch_ingestor.waits_for"

VERDICTS = """
create temporary table verdicts
    (dataset text, line bigint, reason text, waiting boolean) on commit delete rows
"""


class Statements(NamedTuple):
    """The SQL of one dataset: three statements as they are, and the prepared ones by their name.

    The check is planned each time: tables grow by the day, and a plan for yesterday's sizes is a
    trap. It takes its one parameter from the setting WAITS_FOR.
    """

    create: sql.Composable
    copy: sql.Composable
    check: sql.Composable
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
        "staged_columns": sql.SQL(", ").join(map(_field, dataset.columns)),
        "text_columns": sql.SQL(", ").join(
            sql.SQL('{} text collate "C"').format(sql.Identifier(column))
            for column in dataset.columns
        ),
        "key": key,
        "bad": _cases(_duplicates(dataset) + _bad_values(dataset) + _broken_rules(dataset)),
        "missing": _cases(_missing_references(dataset)),
        "reference_joins": _reference_joins(dataset, datasets),
        "typed_columns": sql.SQL(", ").join(
            _typed(column, spec) for column, spec in dataset.columns.items()
        ),
        "same_key": sql.SQL(" and ").join(
            sql.SQL("t.{} = {}").format(
                sql.Identifier(column), _typed(column, dataset.columns[column])
            )
            for column in dataset.key
        ),
        "key_names": sql.Literal(", ".join(dataset.key)),
    }
    create = (
        # The identity column counts the lines: rows are staged in the order of the file.
        """create temporary table {bare_staged}
            (line bigint generated always as identity, {text_columns}) on commit delete rows"""
    )
    copy = (
        # FORCE_NULL: a quoted empty field is as empty as an unquoted one.
        """copy {staged} ({columns}) from stdin
            with (format csv, header true, force_null ({columns}), encoding 'UTF8')"""
    )
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
        # A key that is there already is either this day's own row, from loading it before, or
        # another day's: find_taken tells them apart.
        "insert": """(date) as
            insert into {table} (simulated_date, {columns})
            select $1, {typed_columns} from {staged} s
            where not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )
            on conflict ({key}) do nothing""",
        "find_taken": """(date) as
            insert into pg_temp.verdicts
            select {name}, s.line, {key_names} || ': already there from ' || t.simulated_date, false
            from {staged} s join {table} t on {same_key}
            where t.simulated_date <> $1 and not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )""",
        # A field may hold line ends: what was counted are rows, what is kept is the row's line.
        "keep_rejected": """(date) as
            insert into lake.rejected_rows
                (simulated_date, dataset, line, reason, waiting, raw_row)
            select $1, {name}, s.first_line, v.reason, v.waiting,
                   (select row_to_json(fields) from (select {staged_columns}) fields)
            from pg_temp.verdicts v join (
                select *, line + coalesce(sum(regexp_count(row(r.*)::text, '\\n')) over (
                    order by line rows between unbounded preceding and 1 preceding
                ), 0) as first_line
                from {staged} r
            ) s using (line)
            where v.dataset = {name}""",
    }
    return Statements(
        create=sql.SQL(create).format(**parts),
        copy=sql.SQL(copy).format(**parts),
        check=sql.SQL(check).format(**parts),
        prepared={verb: sql.SQL(text).format(**parts) for verb, text in prepared.items()},
    )


def _field(column: str, alias: str = "s") -> sql.Composable:
    return sql.SQL("{}.{}").format(sql.SQL(alias), sql.Identifier(column))


def _typed(column: str, spec: Column) -> sql.Composable:
    return sql.SQL("{}::{}").format(_field(column), sql.SQL(SQL_TYPES[spec.type]))


def _cases(cases: list[tuple[sql.Composable, str]]) -> sql.Composable:
    """`case when <condition> then '<reason>' … end`: the first that applies is the reason."""
    if not cases:
        return sql.SQL("null::text")
    whens = [sql.SQL("when {} then {}").format(test, sql.Literal(why)) for test, why in cases]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(whens))


def _duplicates(dataset: Dataset) -> list[tuple[sql.Composable, str]]:
    why = f"{', '.join(dataset.key)}: the same as on an earlier line of this file"
    return [(sql.SQL("s.line > twin.line"), why)]


def _bad_values(dataset: Dataset) -> list[tuple[sql.Composable, str]]:
    return [
        (test, f"{name}: {why}")
        for name, spec in dataset.columns.items()
        for test, why in _bad_value(_field(name), spec)
    ]


def _bad_value(field: sql.Composable, spec: Column) -> list[tuple[sql.Composable, str]]:
    """What can be wrong with a field. A test on NULL is NULL, which is not true: no reason."""

    def test(template: str, *values: object) -> sql.Composable:
        return sql.SQL(template).format(*map(sql.Literal, values), field=field)

    def unlike(pattern: str) -> sql.Composable:
        return test("{field} !~ {}", f"^({pattern})$")

    cases = []
    if spec.required:
        cases.append((test("{field} is null"), "empty, expected a value"))
    if spec.type == "text":
        cases.append((test("{field} = 'NULL'"), "the text NULL, expected a value or nothing"))
        if spec.allowed:
            cases.append(
                (test("{field} not in {}", spec.allowed), f"expected {' or '.join(spec.allowed)}")
            )
        elif spec.pattern:
            cases.append((unlike(spec.pattern), f"expected the form {spec.pattern}"))
        else:
            cases.append((test("{field} <> btrim({field}, E' \\t\\r\\n')"), "padded with blanks"))
        if spec.max_length is not None:
            cases.append(
                (test("char_length({field}) > {}", spec.max_length), f"over {spec.max_length} long")
            )
    elif spec.type == "numeric":
        fraction = f"(\\.[0-9]{{1,{spec.decimals}}})?" if spec.decimals else ""
        pattern = f"-?(0|[1-9][0-9]{{0,{NUMERIC_DIGITS - 1}}}){fraction}"
        cases.append((unlike(pattern), f"expected a number with {spec.decimals} decimals at most"))
    elif spec.type == "integer":
        cases.append((unlike(WHOLE_NUMBER), f"expected {EXPECTED['integer']}"))
    else:
        length, canonical = CANONICAL[spec.type]
        expected = f"expected {EXPECTED[spec.type]}"
        cases.append((test("length({field}) <> {}", length), expected))
        cases.append((test("not pg_input_is_valid({field}, {})", SQL_TYPES[spec.type]), expected))
        cases.append((test(f"{{field}} <> {canonical}"), expected))
    if spec.type in ("integer", "numeric"):
        low, high = spec.minimum, spec.maximum
        if spec.type == "integer":
            low = INTEGER_RANGE[0] if low is None else low
            high = INTEGER_RANGE[1] if high is None else high
        if low is not None:
            cases.append((test("{field}::numeric < {}", low), f"expected {low} or more"))
        if high is not None:
            cases.append((test("{field}::numeric > {}", high), f"expected {high} or less"))
    return cases


def _broken_rules(dataset: Dataset) -> list[tuple[sql.Composable, str]]:
    cases = []
    for rule in dataset.parsed_rules():
        match rule:
            case Comparison(left, operator, right):
                test = sql.SQL("not ({} {} {})").format(
                    _typed(left, dataset.columns[left]),
                    sql.SQL(operator),
                    _typed(right, dataset.columns[right]),
                )
                cases.append((test, f"expected {left} {operator} {right}"))
            case Condition(column, verb, other, value):
                wrong = sql.SQL("is null" if verb == "required" else "is not null")
                test = sql.SQL("{} = {} and {} {}").format(
                    _field(other), sql.Literal(value), _field(column), wrong
                )
                cases.append((test, f"{column}: expected {verb} when {other} = {value}"))
    return cases


def _missing_references(dataset: Dataset) -> list[tuple[sql.Composable, str]]:
    return [
        (
            sql.SQL("{} is not null and {}.simulated_date is null").format(
                _field(column), sql.Identifier(f"reference_{number}")
            ),
            f"{column}: not in {target}",
        )
        for number, (column, target) in enumerate(dataset.references.items())
    ]


def _reference_joins(dataset: Dataset, datasets: Datasets) -> sql.Composable:
    return sql.SQL(" ").join(
        sql.SQL("left join {} {alias} on {alias}.{} = {}").format(
            sql.Identifier("hospital", datasets.datasets[target].table),
            sql.Identifier(datasets.datasets[target].key[0]),
            _typed(column, dataset.columns[column]),
            alias=sql.Identifier(f"reference_{number}"),
        )
        for number, (column, target) in enumerate(dataset.references.items())
    )
