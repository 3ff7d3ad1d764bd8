"""What a look at Kafka, the lakes and the tables shows of planted faults.

The key only says what cannot be found; each finding is made without it.
"""

from collections.abc import Iterable
from datetime import date

from psycopg2.extensions import connection as Connection

from pipeline.broker.topics import Topics
from pipeline.settings import ReconcileSettings
from pipeline.warehouse.datasets import read_datasets
from reconciliation import day_hunt, references, stream_hunt
from reconciliation.baseline import Baseline
from reconciliation.events import EVENTS_OF_ROWS
from reconciliation.planted import PlantedFaults
from reconciliation.row_hunt import VISITS, compared_columns
from reconciliation.stream_hunt import Sightings
from scoring import score
from scoring.answers import IDENTIFIED_BY, Identity, Planted
from scoring.score import Score

REFUSED = "its day is refused as a whole: mend the cut file of that day first"
PLAUSIBLE = "a valid value, and no event states the same fact"
ALONE = "a valid value, and the event that states the same fact never came"


class Hunt:
    """The findings of the shipped pipeline, and the scores of these and of anybody's."""

    def __init__(
        self,
        settings: ReconcileSettings,
        topics: Topics,
        baseline: Baseline,
        planted: PlantedFaults,
        connection: Connection,
    ) -> None:
        """Look at everything once."""
        self._root = settings.batch_lake_dir
        self._last_day = max(baseline.manifests).isoformat()
        self._datasets = read_datasets(settings.configs_dir / "datasets.yaml")
        self._planted = planted
        self._connection = connection
        seen = stream_hunt.look(settings, topics, baseline, planted)
        with connection, connection.cursor() as cursor:
            self._findings = (
                seen.findings
                | day_hunt.rejected_rows(cursor)
                | day_hunt.cut_files(cursor)
                | day_hunt.late_days(self._root, list(baseline.closed_days))
            )
        self._of_open_days = seen.of_open_days
        self._hidden = seen.hidden | day_hunt.hidden(planted, baseline.manifests)
        for fault in planted.faults:
            if fault.fault == "wrong_row" and (why := _why_hidden(fault, planted, topics, seen)):
                self._hidden[fault.identity] = why

    def score_own(self) -> list[Score]:
        """Score the shipped pipeline, which loads rows again when what they waited for has come."""
        return self._score(self._findings, came_again=set())

    def score_others(self, findings: Iterable[Identity]) -> list[Score]:
        """Score somebody else's findings, among them rows rejected before a day was mended."""
        return self._score(dict.fromkeys(findings, ""), came_again=self._planted.mended)

    def _score(self, findings: dict[Identity, str], came_again: set[date]) -> list[Score]:
        """Compare findings with the key; those of days after the baseline do not count."""
        planted = self._planted
        findings = {
            finding: how for finding, how in findings.items() if _day(finding) <= self._last_day
        }
        unplanted = findings.keys() - {fault.identity for fault in planted.faults}
        rows = references.rows_at(self._root, unplanted)
        with self._connection, self._connection.cursor() as cursor:
            missing = references.missing(cursor, self._datasets, rows, came_again)
        refused = planted.cut.keys() | came_again
        follow = references.that_follow(self._datasets, rows, planted, refused, missing)
        follow |= score.messages_and_days_that_follow(planted.faults, planted.due_before)
        # What is not due yet counts only if it was found all the same.
        due: Iterable[Planted] = (
            fault
            for fault in planted.faults
            if fault.published_at < planted.due_before or fault.identity in findings
        )
        return score.score(due, findings, self._hidden, follow | self._of_open_days)


def _day(finding: Identity) -> str:
    """The day of a file or a row; empty for a message, whose finding names none."""
    fields = IDENTIFIED_BY[finding[0]]
    return finding[1 + fields.index("simulated_date")] if "simulated_date" in fields else ""


def _why_hidden(
    fault: Planted, planted: PlantedFaults, topics: Topics, seen: Sightings
) -> str | None:
    """Why a wrong row cannot be found; None if it can be."""
    if fault.simulated_date in {day.isoformat() for day in planted.cut}:
        return REFUSED
    if fault.how != "plausible":
        return None
    if fault.identity in seen.alone:
        return ALONE
    is_compared = fault.dataset == VISITS or fault.dataset in EVENTS_OF_ROWS
    if is_compared and fault.column in compared_columns(fault.dataset, topics):
        return None
    return PLAUSIBLE
