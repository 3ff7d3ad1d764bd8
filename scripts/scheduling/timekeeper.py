"""The passing of simulated time, hour by hour, under the newest accepted configuration."""

import logging
from datetime import datetime
from functools import partial

from hospital.config.run import Configuration
from pipeline.logs import Message
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, HOUR, Clock
from pipeline.run.config_store import ConfigFiles
from pipeline.run.config_watcher import ConfigWatcher
from pipeline.run.overlay import Sources
from pipeline.service import Service
from pipeline.settings import SchedulerSettings, parse, place_in_files
from scheduling import disk_space, edits
from scheduling.fault_log import FaultLog
from scheduling.hospital_run import HospitalRun
from scheduling.saved_configurations import load_content, save_configuration
from scheduling.scenario_log import ScenarioLog

TICK_SECONDS = 1.0
EDITS_KEPT = 5

log = logging.getLogger("scheduler")


class Timekeeper:
    """Moves the clock, and opens the hours that it leads into.

    Attributes:
        now: the clock as `clock.json` contains it.
    """

    def __init__(
        self, settings: SchedulerSettings, service: Service, run: HospitalRun, now: Clock
    ) -> None:
        self.now = now
        self._simulation_dir = settings.simulation_dir
        self._stopping, self._report = service.stopping, service.report
        self._run = run
        in_force = load_content(self._simulation_dir, now.configurations[-1])
        config = parse(Configuration, in_force, place_in_files)
        self._report.facts["disk_bytes_per_day"] = disk_space.bytes_per_day(config)
        self._scenarios = ScenarioLog(config, now)
        self._faults = FaultLog(config, now)
        accepted = ConfigFiles(now.pace, in_force, Sources("", {}, {}))
        read = partial(config_store.read_files, settings.configs_dir, settings.config_overlay)
        check = partial(edits.check, in_force)
        self._configs = ConfigWatcher(read, accepted, check, self._note_edit)
        self._report.facts["refused_edit"] = ""
        self._standing = False
        self._warn_of_a_late_pause()

    def check_configs(self) -> None:
        """Notice an edit; it is in force from the next unopened hour, a new pace at once."""
        before, from_hour = self._configs.accepted, self.now.open_until
        self._configs.check_files(clock.text(from_hour))
        if self._configs.accepted is not before:
            accepted = self._configs.accepted
            self._report.facts["overlay"] = accepted.sources.overlay
            config = parse(Configuration, accepted.content, accepted.sources.place)
            self._report.facts["disk_bytes_per_day"] = disk_space.bytes_per_day(config)
            self._scenarios.accept(config, from_hour)
            self._faults.accept(config)

    def advance(self, elapsed_seconds: float) -> None:
        """Let `elapsed_seconds` of real time pass; in backfill, the rest of the simulated day.

        The hour that begins where time stands stays unopened, so that an edit holds from there.
        """
        pace = self._configs.accepted.pace
        if pace != self.now.pace:
            self._write(self.now.model_copy(update=pace.model_dump()))
            self._log_pause()
            self._warn_of_a_late_pause()
        target, limit = self.now.after(elapsed_seconds), self.now.limit
        if pace.real_days == 0:
            if self.now.open_until < limit:
                midnight = clock.midnight(self.now.open_until.date()) + DAY
                self._open(until=min(midnight, clock.full_hour(limit)))
        else:
            while self.now.open_until <= target and self.now.open_until < limit:
                if self._stopping.is_set():
                    break
                self._open(until=self.now.open_until + HOUR)
        instant = min(target, self.now.open_until)
        self._write(self.now.model_copy(update={"instant": instant}))
        self._log_pause()

    def pause_seconds(self) -> float:
        """How long the loop may sleep: not at all in backfill, unless time stands."""
        backfill = self.now.real_days == 0 and self.now.instant < self.now.limit
        return 0 if backfill else TICK_SECONDS

    def log_status(self) -> None:
        """Log one line: where the hospital is. While time stands, the log says so already."""
        if self.now.is_paused:
            return
        day = (self.now.instant - self.now.start) // DAY + 1
        days = (self.now.end - self.now.start) // DAY
        log.info(
            Message(
                "simulated time",
                now=clock.text(self.now.instant),
                day=min(day, days),
                days=days,
                real_days=self.now.real_days,
                journal_events=self._run.next_number,
            )
        )

    def _open(self, until: datetime) -> None:
        """Compute, then open, the hours up to `until`, all of one day."""
        first = self.now.open_until
        entry = save_configuration(self._simulation_dir, self._configs.accepted.content, first)
        self._run.compute(entry, first, until)
        self._write(self.now.opened(until, entry))
        self._report.count("hours", (until - first) // HOUR)
        self._report.facts["events"] = self._run.next_number
        self._scenarios.opened(first)
        self._faults.opened(first)

    def _note_edit(self, accepted: bool, text: str) -> None:
        """Keep the last edits for the status file, the newest first."""
        from_hour, facts = clock.text(self.now.open_until), self._report.facts
        edit = {"accepted": accepted, "from_hour": from_hour, "text": text}
        before = facts.get("edits", [])
        facts["refused_edit"] = "" if accepted else text
        if not accepted:
            self._report.last_refusal = text
            if before and before[0]["text"] == text:
                return  # refused again after a restart
        facts["edits"] = [edit, *before][:EDITS_KEPT]

    def _log_pause(self) -> None:
        """Log once that time stands, and once that it goes on."""
        if self.now.is_paused != self._standing:
            self._standing = self.now.is_paused
            at = clock.text(self.now.instant)
            until = {"until": "clock.pause_at moves on or is removed"} if self._standing else {}
            log.info(Message("time stands" if self._standing else "time goes on", at=at, **until))

    def _warn_of_a_late_pause(self) -> None:
        if self.now.pause_at and self.now.pause_at >= self.now.end:
            times = {"pause_at": clock.text(self.now.pause_at), "end": clock.text(self.now.end)}
            log.warning(Message("clock.pause_at has no effect: the run ends before it", **times))

    def _write(self, now: Clock) -> None:
        self.now = now
        clock.write(self._simulation_dir, now)
