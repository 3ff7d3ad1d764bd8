"""Exercise 11: a dataset that the first days of the run lack, from the scheduler to its table."""

from collections.abc import Sequence
from datetime import date

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.warehouse.datasets import read_datasets

# The days of an older model lack what the project itself has added since.
MODEL_VERSION_OF_THE_PROJECT = 2
LOADED = """
select count(*), sum(rows_loaded)::bigint, sum(rows_rejected)::bigint from lake.ingested_files
where dataset = %s
"""


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a dataset that only later days have, then for its rows in the tables."""
    datasets = read_datasets(stack.settings.configs_dir / "datasets.yaml").datasets
    described = {name for name, d in datasets.items() if d.published != "first_day"}
    closed = stack.closed_days()
    if len(closed) < 2:
        return missing("a few published days: move clock.pause_at on")
    first, newest = (set(stack.manifest(day)[0].files) for day in (closed[0], closed[-1]))
    shipped = {
        name
        for name, dataset in datasets.items()
        if dataset.from_model_version <= MODEL_VERSION_OF_THE_PROJECT
    }
    if not (added := newest - first - shipped):
        return missing(_what_next(sorted(described - newest), closed[-1]))
    name = min(added)
    days = [day for day in closed if name in stack.manifest(day)[0].files]
    rows = sum(stack.manifest(day)[0].files[name].rows for day in days)
    there = [f"the scheduler publishes {name} from {days[0]} on: {rows} rows in {len(days)} days"]
    if name not in described:
        return Findings(there, [f"{name} in configs/datasets.yaml"])
    [(files, loaded, rejected)] = stack.ask(LOADED, name)
    wrong = [] if rows else [f"rows in {name}.csv: there are none"]
    if files < len(days):
        wrong.append(
            f"{name} in the tables: {files} of {len(days)} files are loaded (look again in a "
            "moment; select * from insight.days_refused)"
        )
    elif rejected:
        wrong.append(f"{rejected} rows are rejected: select * from insight.rejected_rows")
    else:
        there.append(f"{loaded} rows of it are loaded, none is rejected")
    return Findings(there, wrong)


def _what_next(unpublished: list[str], newest: date) -> str:
    if unpublished:
        return f"{unpublished[0]} in the published days: it is missing in {newest}, the newest"
    return "a dataset of your own: every day of the run has the same ones"
