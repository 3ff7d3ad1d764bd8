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

# The calendar but for leap years: 30 days have September …
DATE = (
    "[1-9][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
)
CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
PATTERNS = {
    "integer": "-?(0|[1-9][0-9]{0,17})",
    "date": DATE,
    "instant": f"{DATE}T{CLOCK}Z",
}
EXPECTED = {
    "integer": "a whole number",
    "date": "a day such as 2021-04-07",
    "instant": "an instant such as 2021-04-07T13:05:09Z",
}
INTEGER_RANGE = (-(2**31), 2**31 - 1)
# Digits before the point of a numeric: far beyond any amount, far below what numeric can hold.
NUMERIC_DIGITS = 18

VERDICTS = """
create temporary table if not exists verdicts
    (dataset text, line bigint, reason text, waiting boolean) on commit delete rows
"""


class Statements(NamedTuple):
    """The SQL of one dataset; `check` wants the parameters waits_for, the others day."""

    create: sql.Composable
    copy: sql.Composable
    check: sql.Composable
    insert: sql.Composable
    find_taken: sql.Composable
    keep_rejected: sql.Composable


def statements(name: str, datasets: Datasets) -> Statements:
    """Everything needed to load the dataset `name`."""
    dataset = datasets.datasets[name]
    key = sql.SQL(", ").join(map(sql.Identifier, dataset.key))
    parts = {
        "name": sql.Literal(name),
        "staged": sql.Identifier("pg_temp", f"staged_{name}"),
        "bare_staged": sql.Identifier(f"staged_{name}"),
        "table": sql.Identifier("hospital", dataset.table),
        "columns": sql.SQL(", ").join(map(sql.Identifier, dataset.columns)),
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
            sql.SQL("t.{} = {}").format(sql.Identifier(column), _typed(column, dataset.columns[column]))
            for column in dataset.key
        ),
        "key_names": sql.Literal(", ".join(dataset.key)),
    }
    texts = Statements(
        # The identity column counts the lines: rows are staged in the order of the file.
        create="""create temporary table if not exists {bare_staged}
            (line bigint generated always as identity, {text_columns}) on commit delete rows""",
        # FORCE_NULL: a quoted empty field is as empty as an unquoted one.
        copy="""copy {staged} ({columns}) from stdin
            with (format csv, header true, force_null ({columns}), encoding 'UTF8')""",
        check="""insert into pg_temp.verdicts
            select {name}, line, coalesce(bad, missing || coalesce(%(waits_for)s, '')),
                   bad is null and %(waits_for)s::text is not null
            from (
                select s.line, {bad} as bad, {missing} as missing
                from {staged} s
                left join (
                    select {key}, min(line) as line from {staged}
                    group by {key} having count(*) > 1
                ) twin using ({key})
                {reference_joins}
            ) judged
            where bad is not null or missing is not null""",
        # A key that is there already is either this day's own row, from loading it before, or
        # another day's: find_taken tells them apart.
        insert="""insert into {table} (simulated_date, {columns})
            select %(day)s, {typed_columns} from {staged} s
            where not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )
            on conflict ({key}) do nothing""",
        find_taken="""insert into pg_temp.verdicts
            select {name}, s.line, {key_names} || ': already there from ' || t.simulated_date, false
            from {staged} s join {table} t on {same_key}
            where t.simulated_date <> %(day)s and not exists (
                select from pg_temp.verdicts v where v.dataset = {name} and v.line = s.line
            )""",
        # A field may hold line ends: what was counted are rows, what is kept is the row's line.
        keep_rejected="""insert into lake.rejected_rows
                (simulated_date, dataset, line, reason, waiting, raw_row)
            select %(day)s, {name}, s.first_line, v.reason, v.waiting,
                   (select row_to_json(fields) from (select {columns}) fields)
            from pg_temp.verdicts v join (
                select *, line + coalesce(sum(regexp_count(row(r.*)::text, '\\n')) over (
                    order by line rows between unbounded preceding and 1 preceding
                ), 0) as first_line
                from {staged} r
            ) s using (line)
            where v.dataset = {name}""",
    )
    return Statements(*(sql.SQL(text).format(**parts) for text in texts))


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
    else:
        cases.append((unlike(PATTERNS[spec.type]), f"expected {EXPECTED[spec.type]}"))
    if spec.type in ("date", "instant"):
        leap_day = (
            "substr({field}, 6, 5) = '02-29' and not (substr({field}, 1, 4)::integer %% 4 = 0 and "
            "(substr({field}, 3, 2) <> '00' or substr({field}, 1, 2)::integer %% 4 = 0))"
        )
        cases.append((test(leap_day), "29 February of a year without one"))
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
