"""What can be wrong with a staged row, as SQL: a list of conditions, each with its reason.

A reason names the column and what was expected. It never quotes a value, since a value may be
somebody's name. Staged text has collation "C" and patterns spell their ranges out, so what counts
as a digit or as equal does not depend on the server's language.
"""

from psycopg2 import sql

from pipeline.value_forms import BYTE_ORDER_MARK, INVISIBLE, MISSING_WORDS
from pipeline.warehouse.datasets import SQL_TYPES, Column, Condition, Dataset, Datasets, OrderRule

Case = tuple[sql.Composable, str]

# The alias of the staged row in every statement.
STAGED = "s"

EXPECTED = {
    "integer": "a whole number",
    "numeric": "a number with {decimals} decimals at most",
    "date": "a day such as 2021-04-07",
    "instant": "an instant such as 2021-04-07T13:05:09Z",
}
INTEGER_RANGE = (-(2**31), 2**31 - 1)


def field(column: str, row: str = STAGED) -> sql.Composable:
    """A column of the staged row, or of the row named `row`."""
    return sql.Identifier(row, column)


def typed(column: str, spec: Column, row: str = STAGED) -> sql.Composable:
    """The same column, cast to the type it has in its table."""
    return sql.SQL("{}::{}").format(field(column, row), sql.SQL(SQL_TYPES[spec.type]))


def wrong_in_itself(dataset: Dataset, day: sql.Composable) -> sql.Composable:
    """The first thing wrong with the row by itself, as a reason; NULL if there is none.

    Args:
        day: the day of the file.
    """
    return _first_reason(
        _header_again(dataset)
        + _duplicates(dataset)
        + _bad_values(dataset)
        + _broken_rules(dataset, STAGED)
        + _other_day(dataset, STAGED, day)
    )


def wrong_between_columns(dataset: Dataset) -> sql.Composable:
    """What is wrong with a row of the table although each value has its form and its type."""
    row = dataset.table
    limits = [
        case
        for name, spec in dataset.columns.items()
        for case in _beyond_limits(field(name, row), spec)
    ]
    other_day = _other_day(dataset, row, field("simulated_date", row))
    return _first_reason(limits + _broken_rules(dataset, row) + other_day)


def _first_reason(cases: list[Case]) -> sql.Composable:
    """`case when <condition> then '<reason>' … end`."""
    if not cases:
        return sql.SQL("null::text")
    whens = [sql.SQL("when {} then {}").format(test, sql.Literal(why)) for test, why in cases]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(whens))


def _header_again(dataset: Dataset) -> list[Case]:
    tests = [
        sql.SQL("{} = {}").format(field(column), sql.Literal(column)) for column in dataset.columns
    ]
    return [(sql.SQL("({})").format(sql.SQL(" and ").join(tests)), "the header is repeated")]


def _duplicates(dataset: Dataset) -> list[Case]:
    why = f"{', '.join(dataset.key)}: duplicate key, already on an earlier line"
    return [(sql.SQL("s.line > first_with_key.line"), why)]


def _bad_values(dataset: Dataset) -> list[Case]:
    return [
        (test, f"{name}: {why}")
        for name, spec in dataset.columns.items()
        for test, why in _bad_value(field(name), spec)
    ]


def _bad_value(value: sql.Composable, spec: Column) -> list[Case]:
    """What can be wrong with a field. A test on NULL is NULL, which is not true: no reason."""
    cases: list[Case] = []
    if spec.required:
        cases.append((sql.SQL("{} is null").format(value), "empty, expected a value"))
    cases += _not_a_value(value, spec)
    if spec.type == "text":
        return cases + _bad_text(value, spec)
    test = _unlike(value, spec.form())
    if spec.type in ("date", "instant"):
        # The form knows no calendar. Postgres does, but takes far more for a day ("today", "3 Apr
        # 99"), so a value must pass both.
        of_type = sql.Literal(SQL_TYPES[spec.type])
        test = sql.SQL("{} or not pg_input_is_valid({}, {})").format(test, value, of_type)
    expected = EXPECTED[spec.type].format(decimals=spec.decimals)
    return [*cases, (test, f"expected {expected}"), *_beyond_limits(value, spec)]


def _test(template: str, value: sql.Composable, *literals: object) -> sql.Composable:
    return sql.SQL(template).format(*map(sql.Literal, literals), value=value)


def _not_a_value(value: sql.Composable, spec: Column) -> list[Case]:
    """What spreadsheets, R and other programs leave around a value, or in place of one."""
    # Bytes are compared; "!" is the first visible one. Trimming this many characters is slow, so
    # only values that have more bytes than characters are trimmed.
    padded = "{value} < '!' or right({value}, 1) < '!'"
    trimmed = "octet_length({value}) > char_length({value}) and {value} <> btrim({value}, {})"
    words = tuple(word for word in MISSING_WORDS if word not in (spec.allowed or ()))
    or_nothing = "" if spec.required else " or nothing"
    return [
        (_test(padded, value), "padded with blanks"),
        (
            _test(trimmed, value, INVISIBLE),
            "begins or ends with an invisible character, such as a non-breaking space",
        ),
        (_test("strpos({value}, {}) > 0", value, BYTE_ORDER_MARK), "a byte order mark inside"),
        (
            _test("{value} in {}", value, words),
            f"a word for a missing value, such as NA, expected a value{or_nothing}",
        ),
    ]


def _bad_text(value: sql.Composable, spec: Column) -> list[Case]:
    cases: list[Case] = []
    if spec.allowed:
        known = _test("{value} not in {}", value, spec.allowed)
        cases.append((known, f"expected {' or '.join(spec.allowed)}"))
    elif spec.pattern:
        cases.append((_unlike(value, spec.pattern), f"expected the form {spec.pattern}"))
    if spec.max_length is not None:
        too_long = _test("char_length({value}) > {}", value, spec.max_length)
        cases.append((too_long, f"longer than {spec.max_length} characters"))
    return cases


def _unlike(value: sql.Composable, pattern: str) -> sql.Composable:
    return sql.SQL("{} !~ {}").format(value, sql.Literal(f"^({pattern})$"))


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
    cases: list[Case] = []
    for rule in dataset.parsed_rules():
        match rule:
            case OrderRule(left, operator, right):
                # Not `not (…)`, which the where of a COPY in Postgres 16 cannot run.
                test = sql.SQL("({} {} {}) is false").format(
                    typed(left, dataset.columns[left], row),
                    sql.SQL(operator),
                    typed(right, dataset.columns[right], row),
                )
                cases.append((test, f"expected {left} {operator} {right}"))
            case Condition(column, verb, other, value):
                wrong, expected = {
                    "required": ("is null", "a value"),
                    "empty": ("is not null", "an empty field"),
                }[verb]
                test = sql.SQL("{} = {} and {} {}").format(
                    field(other, row), sql.Literal(value), field(column, row), sql.SQL(wrong)
                )
                cases.append((test, f"{column}: expected {expected} where {other} = {value}"))
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
    return _first_reason(
        [
            (
                sql.SQL("{} is not null and {}.simulated_date is null").format(
                    field(column), sql.Identifier(f"reference_{number}")
                ),
                f"{column}: not in {target}",
            )
            for number, (column, target) in enumerate(dataset.references.items())
        ]
    )


def reference_joins(dataset: Dataset, datasets: Datasets) -> sql.Composable:
    """Joins the rows to which the staged row refers, for `missing_references`."""
    return sql.SQL(" ").join(
        sql.SQL("left join {} {alias} on {alias}.{} = {}").format(
            sql.Identifier("hospital", datasets.datasets[target].table),
            sql.Identifier(datasets.datasets[target].key[0]),
            typed(column, dataset.columns[column]),
            alias=sql.Identifier(f"reference_{number}"),
        )
        for number, (column, target) in enumerate(dataset.references.items())
    )
