"""The scheduler: moves the clock, computes and opens the hours, publishes the days.

It alone moves simulated time, by elapsed monotonic time; it never reads the date from the wall.
Before an hour opens its events are in the journal, so that the producer (stream) and the export
of the day (batch) come from one record. An edit of the configuration takes effect from the next
unopened hour; a bad one is refused, and what was in force stays so.
"""

import logging
import time
from datetime import datetime

import schedule

import hospital
from hospital.config import run
from hospital.config.run import Configuration
from pipeline import service
from pipeline.broker import topics
from pipeline.lakes.batch_lake import ConfigurationEntry
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, HOUR, Clock
from pipeline.run.config_store import Edition
from pipeline.run.config_watcher import Editions
from pipeline.service import Service
from pipeline.settings import ConfigurationError, SchedulerSettings, parse
from scheduling import first_start
from scheduling.hospital_run import CONFIGURATIONS, HospitalRun
from scheduling.publishing import Publisher

TICK_SECONDS = 1.0
# A longer tick (a paused container, a suspended machine) counts as this much: the hospital stood
# still meanwhile.
LONGEST_TICK_SECONDS = 2.0
STATUS_SECONDS = 60

log = logging.getLogger("scheduler")


def main(settings: SchedulerSettings, svc: Service) -> None:
    """Recover or begin the run, then let time pass until stopped."""
    wanted = topics.load(settings.configs_dir)
    now = clock.read(settings.simulation_dir) or first_start.first_clock(settings)
    run = HospitalRun(settings.simulation_dir, wanted, now, svc.turn_completed)
    publisher = Publisher(settings.batch_lake_dir, run)
    timekeeper = Timekeeper(settings, svc, run, publisher, now)
    publisher.publish_missing(now, svc)

    chores = recurring_chores(settings, timekeeper, publisher)
    timekeeper.look_at_configs()
    timekeeper.log_status()
    last = time.monotonic()
    while not svc.stopping.is_set():
        chores.run_pending()
        if chores.idle_seconds > settings.config_check_seconds:
            # `schedule` reads the wall clock, which was set back: they would wait until it is
            # again what it was.
            chores = recurring_chores(settings, timekeeper, publisher)
        elapsed, last = time.monotonic() - last, time.monotonic()
        timekeeper.advance(min(elapsed, LONGEST_TICK_SECONDS))
        svc.turn_completed()
        svc.wait(timekeeper.pause_seconds())


def recurring_chores(
    settings: SchedulerSettings, timekeeper: "Timekeeper", publisher: Publisher
) -> schedule.Scheduler:
    """What is done again and again beside the passing of time, first after one period each."""
    chores = schedule.Scheduler()
    chores.every(settings.config_check_seconds).seconds.do(timekeeper.look_at_configs)
    chores.every(STATUS_SECONDS).seconds.do(timekeeper.log_status)
    chores.every(STATUS_SECONDS).seconds.do(publisher.look_again)
    return chores


class Timekeeper:
    """Lets time pass.

    Attributes:
        now: the clock, as it stands in `clock.json`.
    """

    def __init__(
        self,
        settings: SchedulerSettings,
        svc: Service,
        run: HospitalRun,
        publisher: Publisher,
        now: Clock,
    ) -> None:
        self._settings = settings
        self._svc = svc
        self._run = run
        self._publisher = publisher
        self._over = False
        self.now = now
        in_force = config_store.load(
            settings.simulation_dir / CONFIGURATIONS, now.configurations[-1].configuration
        )
        accepted = Edition(clock.Pace(real_days=now.real_days), in_force)
        self._editions = Editions(settings.configs_dir, accepted, self._check)

    def look_at_configs(self) -> None:
        """Notice an edit; it is in force from the next unopened hour."""
        self._editions.look(clock.text(self.now.open_until))

    def advance(self, elapsed_seconds: float) -> None:
        """Let real time pass: open the hours it leads into, and publish the days that are over."""
        pace = self._editions.accepted.pace
        if pace != clock.Pace(real_days=self.now.real_days):
            self._set(real_days=pace.real_days)
        if pace.real_days == 0:
            self._open(rest_of_day=True)
            self._set(instant=self.now.open_until)
        else:
            target = self.now.after(elapsed_seconds)
            while self.now.open_until <= target and not self._svc.stopping.is_set():
                if not self._open(rest_of_day=False):
                    break
            self._set(instant=min(target, self.now.open_until))
        self._publisher.publish_missing(self.now, self._svc)
        if self.now.instant == self.now.end and not self._over:
            self._over = True
            self._publisher.log_totals(self.now)

    def pause_seconds(self) -> float:
        """How long the loop may sleep: not at all in backfill."""
        backfill = self.now.real_days == 0 and self.now.instant < self.now.end
        return 0 if backfill else TICK_SECONDS

    def log_status(self) -> None:
        """One line: where the hospital is."""
        day = (self.now.instant - self.now.start) // DAY + 1
        days = (self.now.end - self.now.start) // DAY
        pace = f"{self.now.real_days:g} real days" if self.now.real_days else "full speed"
        log.info(
            "%s, day %d of %d at %s; %d records journalled",
            *(clock.text(self.now.instant), min(day, days), days, pace, self._run.next_number),
        )

    def _open(self, *, rest_of_day: bool) -> bool:
        """Compute, then open, the next hour or the rest of its day; False when the run is over."""
        first = self.now.open_until
        if first == self.now.end:
            return False
        end = clock.midnight(first.date()) + DAY if rest_of_day else first + HOUR
        entry = self._entry_for(first)
        self._run.compute(entry, first, end)
        history = [e for e in self.now.configurations if e.from_hour < first]
        if not history or not entry.same_as(history[-1]):
            history.append(entry)
        self._set(open_until=end, configurations=history)
        return True

    def _entry_for(self, hour: datetime) -> ConfigurationEntry:
        """What `hour` runs under, its configuration pinned."""
        directory = self._settings.simulation_dir / CONFIGURATIONS
        digest = config_store.keep(directory, self._editions.accepted.content)
        return ConfigurationEntry(
            from_hour=hour, configuration=digest, model_version=hospital.MODEL_VERSION
        )

    def _set(self, **changes: object) -> None:
        self.now = self.now.model_copy(update=changes)
        clock.write(self._settings.simulation_dir, self.now)

    def _check(self, content: dict) -> None:
        """Refuse a content that is wrong or changes what cannot change in a run."""
        new = parse(Configuration, content, None)
        entry = self.now.configurations[-1]
        fixed = run.unchangeable(self._run.configuration(entry), new)
        began = config_store.load(
            self._settings.simulation_dir / CONFIGURATIONS, entry.configuration
        )
        faults = [
            f"{change.place}: got {config_store.shown(change.after)}, expected "
            f"{config_store.shown(change.before)}, with which the run began"
            for change in config_store.differences(began, content)
            if any(key == change.key or key.startswith(f"{change.key}.") for key in fixed)
        ]
        if faults:
            raise ConfigurationError("; ".join(faults))


if __name__ == "__main__":
    service.run(main, SchedulerSettings)
