"""What is planted in the CSVs and the delivery of each day, and the answer key of the run.

`answers/<simulated date>.jsonl` in the simulation volume, written when the day has been delivered;
there is none for a day without faults in force. Where it is, the day was delivered before: a day
that somebody removed to mend it comes on time, and whole.
"""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from pandas import DataFrame

from hospital.config.faults import Faults
from pipeline import atomic_files
from pipeline.lakes.batch_lake import Manifest
from pipeline.run import clock, journal
from pipeline.run.clock import DAY, Clock, ConfigurationEntry
from planting import answers, days, rows
from planting.days import CutFile
from planting.draws import Draws
from planting.rows import WrongRow
from scheduling.hospital_run import Day
from scheduling.saved_configurations import load_faults


class PlantedCsvs(NamedTuple):
    """The tables of a day as its CSVs have them, and which of their rows are wrong on purpose."""

    tables: dict[str, DataFrame]
    wrong_rows: list[WrongRow]


class PlantedDays:
    """The planted faults of one run, day by day."""

    def __init__(self, simulation_dir: Path, draws: Draws) -> None:
        self._dir = simulation_dir
        self._draws = draws
        self._faults: dict[str, Faults] = {}  # by the hash of their configuration

    def are_in_force(self, day: date, now: Clock) -> bool:
        """Whether faults are planted in any hour of a day."""
        return any(self._under(entry).enabled for entry in now.in_force_on(day))

    def has_answers(self, day: date) -> bool:
        """Whether the answer key of a day is written."""
        return self._path(day).exists()

    def csvs(self, day: date, now: Clock, tables: dict[str, DataFrame]) -> PlantedCsvs:
        """The tables of a day with their wrong rows."""
        share = self._of_delivery(day, now).wrong_row_share
        return PlantedCsvs(*rows.plant(self._draws, share, tables))

    def is_late(self, day: date, now: Clock) -> bool:
        """Whether the first delivery of a day is late."""
        return days.is_late(self._draws, self._of_delivery(day, now), day, now.end.date())

    def cut_file(self, day: date, now: Clock, manifest: Manifest) -> CutFile | None:
        """The CSV that ends too early in the first delivery of a day that is not late."""
        if self.is_late(day, now):
            return None
        return days.cut_file(self._draws, self._of_delivery(day, now), day, manifest.files)

    def write_answers(
        self, now: Clock, manifest: Manifest, recorded: Day, wrong_rows: list[WrongRow]
    ) -> None:
        """Write the answer key of a delivered day, on disk when this returns."""
        day = manifest.simulated_date
        delivered_at = clock.text(clock.midnight(day) + 2 * DAY) if self.is_late(day, now) else ""
        content = answers.encode(
            [
                *answers.of_messages(self._draws, day, recorded.events),
                *answers.of_rows(day, wrong_rows),
                *answers.of_delivery(day, self.cut_file(day, now, manifest), delivered_at),
            ]
        )
        atomic_files.make_directories(self._dir / journal.ANSWERS)
        atomic_files.replace(self._path(day), content)

    def _of_delivery(self, day: date, now: Clock) -> Faults:
        """The faults of a day's CSVs and delivery: those in force in its last hour."""
        faults = self._under(now.in_force_on(day)[-1])
        return faults if faults.enabled else Faults()

    def _under(self, entry: ConfigurationEntry) -> Faults:
        if entry.configuration not in self._faults:
            self._faults[entry.configuration] = load_faults(self._dir, entry)
        return self._faults[entry.configuration]

    def _path(self, day: date) -> Path:
        return self._dir / journal.ANSWERS / f"{day}.jsonl"
