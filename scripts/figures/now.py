"""The hospitals now: the last midnight that the tables know, and the stream lake after it."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from figures import network
from figures.lake_events import Behind, LakeEvents
from figures.network import Network
from figures.present import Baseline, Present, Stay, present
from figures.tables import Answer, Row
from pipeline.run import clock
from pipeline.run.clock import DAY

# Who is in hospital, and which wards have open beds; names of patients are not asked for.
BASELINE = """
select ward_id, w.open_beds, p.encounter_id, p.bed_id, coalesce(p.moved_at, p.admitted_at) as since
from insight.current_wards w
full join insight.current_patients p using (ward_id)
"""
WAITS = """
select v.simulated_date, v.hospital_id, v.triage, t.target_minutes, v.visits, v.seen,
       v.seen_within_target, v.left_before_seen, v.waiting_seconds, v.longest_wait_seconds
from insight.daily_visits v
join insight.triage_targets t using (triage)
where v.simulated_date = (select last_loaded_date from insight.last_loaded_day)
order by t.urgency, v.hospital_id
"""
# In a backfill at full speed the stream may be far ahead of the tables. Reading all of it would
# take too long, so the figures then stop after these days, and say so by their instant.
DAYS_AFTER_THE_BASELINE = 2


class NotYet(Exception):
    """Why there is nothing to see yet."""


class Situation(NamedTuple):
    """What the page shows.

    Attributes:
        behind: the partitions whose newest events the present lacks.
    """

    network: Network
    present: Present
    behind: list[Behind]


class Now:
    """Asks the files. What the tables know is given to it, because they are asked elsewhere."""

    def __init__(self, simulation_dir: Path, lake: LakeEvents) -> None:
        self._simulation_dir = simulation_dir
        self._lake = lake
        self._tables: Answer | None = None

    def begin_with(self, answer: Answer) -> None:
        """Take the newest answer to `BASELINE`, if there was any."""
        if answer.as_of or not answer.failure:
            self._tables = answer

    def look(self) -> Situation:
        """The present, as far as the tables and the lake tell it.

        Raises:
            NotYet: before the run has begun, and before the tables have answered.
            ConfigurationError, ValueError, OSError: if a file is damaged or cannot be read.
        """
        now, answer = clock.read(self._simulation_dir), self._tables
        if now is None or not now.configurations:
            raise NotYet("The run has not begun.")
        if answer is None:
            raise NotYet("Postgres has not answered yet.")
        # Without any loaded day, what happens begins with empty hospitals.
        baseline = baseline_of(answer.rows, answer.as_of or now.start)
        first = baseline.as_of.date()
        days = [first + after * DAY for after in range(-1, DAYS_AFTER_THE_BASELINE)]
        told = self._lake.of_days(days)
        where = network.read(self._simulation_dir, now)
        return Situation(where, present(baseline, told.events), told.behind)


def baseline_of(rows: list[Row], as_of: datetime) -> Baseline:
    """What an answer to `BASELINE` says: a row a stay, and one for each ward without any."""
    stays = {
        row["encounter_id"]: Stay(row["ward_id"], row["bed_id"], clock.text(row["since"]))
        for row in rows
        if row["encounter_id"]
    }
    closed = frozenset(row["ward_id"] for row in rows if row["open_beds"] == 0)
    return Baseline(as_of, stays, closed)
