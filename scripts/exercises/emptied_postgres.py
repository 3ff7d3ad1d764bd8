"""Exercise 8: Postgres alone was emptied, and is filled again from the batch lake.

Its first migration says since when the database exists. One that is younger than the days in it was
filled again.
"""

from collections.abc import Sequence
from datetime import UTC, date, timedelta

from exercises.findings import Findings
from exercises.stack import Stack

# A first `docker compose up` starts Postgres and the scheduler together.
AT_LEAST = timedelta(seconds=90)
BORN = "select min(applied_at) from lake.migrations"
LOADED = """
select simulated_date, sum(rows_read)::bigint from lake.ingested_files
join lake.ingested_days using (simulated_date) where refused_reason is null group by 1
"""


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Compare the age of the database with that of the lake, then their contents."""
    closed = stack.closed_days()
    [(born,)] = stack.ask(BORN)
    older = [day for day in closed if born - stack.published_at(day) > AT_LEAST]
    there = [f"the database was made at {born.astimezone(UTC):%H:%M:%S} UTC"]
    if not older:
        return Findings(
            there, ["a database that is younger than the days in the lake: empty Postgres alone"]
        )
    there.append(f"{len(older)} of {len(closed)} days had been published before that")
    if refused := stack.refused_day():
        day, reason = refused
        return Findings(there, [f"the day {day}, which is refused: {reason}. Mend it (exercise 9)"])
    loaded = dict(stack.ask(LOADED))
    wrong = [fault for day in closed if (fault := _lacks(stack, day, loaded))]
    if not wrong:
        there.append(f"all {len(closed)} days are loaded again")
    return Findings(there, wrong[:3])


def _lacks(stack: Stack, day: date, loaded: dict[date, int]) -> str:
    """What the tables lack of a day; empty if nothing."""
    manifest, _hash = stack.manifest(day)
    rows = sum(entry.rows for entry in manifest.files.values())
    if day not in loaded:
        return f"{day} is not loaded (look again in a moment)"
    return "" if loaded[day] == rows else f"{day}: {loaded[day]} of its {rows} rows were read"
