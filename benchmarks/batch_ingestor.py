"""Measure the batch_ingestor alone against psql's `\\copy` of the same files into the same tables.

The tables have all their keys, foreign keys, checks and indexes in both cases.
"""

from collections.abc import Sequence

import yaml

from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.results import Section, Trial, compared, interleaved
from benchmarks.stage import Filled, container, in_editor, remove, start, wait_for_line
from tests.e2e.stack import ROOT

# A day counts when it is committed; day zero, the first, began when its files took so long.
LOADED = """
with zero as (select sum(duration_seconds) as seconds from lake.ingested_files
              where simulated_date = (select min(simulated_date) from lake.ingested_days))
select (select sum(rows_read) from lake.ingested_files),
       extract(epoch from min(processed_at)) - (select seconds from zero),
       extract(epoch from max(processed_at))
from lake.ingested_days
"""


def measure(plan: Plan, filled: Filled) -> Section:
    """The batch_ingestor and `\\copy`."""
    trials = interleaved(
        plan.rounds, {"batch_ingestor": lambda: ours(filled), "\\copy": lambda: copy(filled)}
    )
    title = "The batch_ingestor, with Postgres"
    return compared("batch_ingestor", title, "rows", trials, "\\copy")


def ours(filled: Filled) -> Trial:
    """The service: checks, ledger and all; CPU time with Postgres."""
    stack = filled.stack
    if stack.query("select to_regclass('lake.ingested_days') is not null") == ["t"]:
        empty_the_tables(filled)
    with Counters({"postgres": container(stack, "postgres")}) as server:
        [ingestor] = start(stack, "batch_ingestor")
        with Counters({"batch_ingestor": ingestor}) as service:
            wait_for_line(ingestor, f"day={filled.last_day}")
    remove(stack, "batch_ingestor")
    rows, begin, end = map(float, stack.query(LOADED)[0].split("|"))
    used = server.cpu_seconds("postgres", begin, end)
    used += service.cpu_seconds("batch_ingestor", begin, end)
    return Trial(int(rows), end - begin, used)


def copy(filled: Filled) -> Trial:
    """psql's `\\copy`, a transaction a day."""
    stack = filled.stack
    [rows] = map(int, stack.query("select sum(rows_read) from lake.ingested_files"))
    empty_the_tables(filled)
    script = copy_script(in_editor(stack, "ls /lake/batch/*/*.csv").split())
    psql = 'psql -qAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
    with Counters({"postgres": container(stack, "postgres")}) as counters:
        printed = stack.compose(
            *("exec", "-T", "postgres", "sh", "-c", psql), stdin=script.encode()
        )
    begin, end = map(float, printed.split())
    return Trial(rows, end - begin, counters.cpu_seconds("postgres", begin, end))


def copy_script(csvs: Sequence[str]) -> str:
    """The SQL that loads these files, `<lake>/<day>/<dataset>.csv`, and prints when it ran."""
    now = "select extract(epoch from clock_timestamp());"
    datasets = tables()
    # As the batch_ingestor sets it, so that foreign keys are checked by their indexes.
    lines = ["set enable_seqscan = off;"]
    # The CSVs have no column for the day; the tables need one.
    default = (
        "alter table {} alter simulated_date set default current_setting('benchmark.day')::date;"
    )
    lines += [default.format(table) for table, _columns in datasets.values()]
    lines.append(now)
    for directory in sorted({csv.rpartition("/")[0] for csv in csvs}):
        day = directory.rpartition("/")[2]
        lines += [f"set benchmark.day = '{day}';", "begin;"]
        lines += [
            f"\\copy {table} ({columns}) from '{csv}' with (format csv, header true)"
            for dataset, (table, columns) in datasets.items()
            if (csv := f"{directory}/{dataset}.csv") in csvs
        ]
        lines.append("commit;")
    lines.append(now)
    lines += [f"alter table {t} alter simulated_date drop default;" for t, _ in datasets.values()]
    return "\n".join([*lines, ""])


def tables() -> dict[str, tuple[str, str]]:
    """Dataset → its table and columns; a dataset comes after those it refers to."""
    content = yaml.safe_load((ROOT / "configs" / "datasets.yaml").read_text(encoding="utf-8"))
    return {
        name: (f"hospital.{dataset['table']}", ", ".join(dataset["columns"]))
        for name, dataset in content["datasets"].items()
    }


def empty_the_tables(filled: Filled) -> None:
    """Truncate the tables and the ledger."""
    names = ", ".join(table for table, _columns in tables().values())
    filled.stack.query(f"truncate {names}, lake.ingested_days cascade")
    filled.stack.query("checkpoint")
