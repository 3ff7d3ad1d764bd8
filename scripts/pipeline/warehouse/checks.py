"""What can be wrong with a staged row, as SQL: one condition and one reason after the other.

A reason names the column and what was expected; it never quotes a value, since values may be
anybody's name. Staged text has collation "C" and patterns spell their ranges out: what counts as
a digit or as equal does not depend on the server's language.
"""

from psycopg2 import sql

from pipeline.warehouse.datasets import Column, Comparison, Condition, Dataset, Datasets

Case = tuple[sql.Composable, str]

SQL_TYPES = {
    "text": "text",
    "integer": "integer",
    "numeric": "numeric",
    "date": "date",
    "instant": "timestamp with time zone",
}

# The staged row, in all statements.
STAGED = "s"

# What Postgres takes for a day or an instant is far more than ISO 8601 ("today", "3 Apr 99"). So a
# text must have the form, digit by digit, and then be one for Postgres, too. Of that form, it takes
# two that are none: 24:00:00, and the second 60.
FORM = {"date": "0000-00-00", "instant": "0000-00-00T00:00:00Z"}
DIGITS, ZEROS = "0123456789", "0" * 10
WHOLE_NUMBER = "-?(0|[1-9][0-9]{0,17})"
EXPECTED = {
    "integer": "a whole number",
    "date": "a day such as 2021-04-07",
    "instant": "an instant such as 2021-04-07T13:05:09Z",
}
INTEGER_RANGE = (-(2**31), 2**31 - 1)
# Digits before the point of a numeric: far beyond any amount, far below what numeric can hold.
NUMERIC_DIGITS = 18


def field(column: str, row: str = STAGED) -> sql.Composable:
    """A column of the staged row, or of one by another name."""
    return sql.Identifier(row, column)


def typed(column: str, spec: Column, row: str = STAGED) -> sql.Composable:
    """The same with the type it has in its table."""
    return sql.SQL("{}::{}").format(field(column, row), sql.SQL(SQL_TYPES[spec.type]))


def wrong_in_itself(dataset: Dataset, day: str) -> sql.Composable:
    """The first thing wrong with the row by itself, as a reason; NULL if there is none.

    Args:
        day: the setting that holds the day of the file.
    """
    return _cases(
        _header_again(dataset)
        + _duplicates(dataset)
        + _bad_values(dataset)
        + _broken_rules(dataset, STAGED)
        + _other_day(dataset, STAGED, sql.SQL("current_setting({})::date").format(sql.Literal(day)))
    )


def wrong_between_columns(dataset: Dataset) -> sql.Composable:
    """What neither the types nor the form of its values say of a row of the table; else NULL."""
    row = dataset.table
    limits = [
        case
        for name, spec in dataset.columns.items()
        if spec.type in ("integer", "numeric")
        for case in _beyond_limits(field(name, row), spec)
    ]
    other_day = _other_day(dataset, row, field("simulated_date", row))
    return _cases(limits + _broken_rules(dataset, row) + other_day)


def _cases(cases: list[Case]) -> sql.Composable:
    """`case when <condition> then '<reason>' … end`: the first that applies is the reason."""
    if not cases:
        return sql.SQL("null::text")
    whens = [sql.SQL("when {} then {}").format(test, sql.Literal(why)) for test, why in cases]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(whens))


def _header_again(dataset: Dataset) -> list[Case]:
    tests = [
        sql.SQL("{} = {}").format(field(column), sql.Literal(column)) for column in dataset.columns
    ]
    return [(sql.SQL("(") + sql.SQL(" and ").join(tests) + sql.SQL(")"), "the header once more")]


def _duplicates(dataset: Dataset) -> list[Case]:
    why = f"{', '.join(dataset.key)}: the same as on an earlier line of this file"
    return [(sql.SQL("s.line > twin.line"), why)]


def _bad_values(dataset: Dataset) -> list[Case]:
    return [
        (test, f"{name}: {why}")
        for name, spec in dataset.columns.items()
        for test, why in _bad_value(field(name), spec)
    ]


def _bad_value(value: sql.Composable, spec: Column) -> list[Case]:
    """What can be wrong with a field. A test on NULL is NULL, which is not true: no reason."""

    def test(template: str, *literals: object) -> sql.Composable:
        return sql.SQL(template).format(*map(sql.Literal, literals), field=value)

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
        wrong = "translate({field}, {}, {}) <> {} or not pg_input_is_valid({field}, {})"
        literals = [DIGITS, ZEROS, FORM[spec.type], SQL_TYPES[spec.type]]
        if spec.type == "instant":
            wrong += " or substr({field}, 12, 2) = {} or substr({field}, 18, 2) = {}"
            literals += ["24", "60"]
        cases.append((test(wrong, *literals), f"expected {EXPECTED[spec.type]}"))
    if spec.type in ("integer", "numeric"):
        cases += _beyond_limits(value, spec)
    return cases


def _beyond_limits(value: sql.Composable, spec: Column) -> list[Case]:
    low, high = spec.minimum, spec.maximum
    if spec.type == "integer":
        low = INTEGER_RANGE[0] if low is None else low
        high = INTEGER_RANGE[1] if high is None else high
    beyond = ((low, "<", "more"), (high, ">", "less"))
    return [
        (
            sql.SQL("{}::numeric {} {}").format(value, sql.SQL(operator), sql.Literal(limit)),
            f"expected {limit} or {word}",
        )
        for limit, operator, word in beyond
        if limit is not None
    ]


def _broken_rules(dataset: Dataset, row: str) -> list[Case]:
    cases = []
    for rule in dataset.parsed_rules():
        match rule:
            case Comparison(left, operator, right):
                test = sql.SQL("not ({} {} {})").format(
                    typed(left, dataset.columns[left], row),
                    sql.SQL(operator),
                    typed(right, dataset.columns[right], row),
                )
                cases.append((test, f"expected {left} {operator} {right}"))
            case Condition(column, verb, other, value):
                wrong = sql.SQL("is null" if verb == "required" else "is not null")
                test = sql.SQL("{} = {} and {} {}").format(
                    field(other, row), sql.Literal(value), field(column, row), wrong
                )
                cases.append((test, f"{column}: expected {verb} when {other} = {value}"))
    return cases


def _other_day(dataset: Dataset, row: str, day: sql.Composable) -> list[Case]:
    if not dataset.dated_by:
        return []
    instants = [typed(column, dataset.columns[column], row) for column in dataset.dated_by]
    # An instant becomes a day in the session's time zone, which is UTC.
    test = sql.SQL("coalesce({})::date <> {}").format(sql.SQL(", ").join(instants), day)
    return [(test, f"{', else '.join(dataset.dated_by)}: not on the day of the file")]


def missing_references(dataset: Dataset) -> sql.Composable:
    """The first reference that leads nowhere, as a reason; NULL if there is none."""
    cases = [
        (
            sql.SQL("{} is not null and {}.simulated_date is null").format(
                field(column), sql.Identifier(f"reference_{number}")
            ),
            f"{column}: not in {target}",
        )
        for number, (column, target) in enumerate(dataset.references.items())
    ]
    return _cases(cases)


def reference_joins(dataset: Dataset, datasets: Datasets) -> sql.Composable:
    """Joins the rows that the staged row refers to, for `missing_references`."""
    return sql.SQL(" ").join(
        sql.SQL("left join {} {alias} on {alias}.{} = {}").format(
            sql.Identifier("hospital", datasets.datasets[target].table),
            sql.Identifier(datasets.datasets[target].key[0]),
            typed(column, dataset.columns[column]),
            alias=sql.Identifier(f"reference_{number}"),
        )
        for number, (column, target) in enumerate(dataset.references.items())
    )
