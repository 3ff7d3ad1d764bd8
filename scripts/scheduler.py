"""The scheduler: moves the clock, computes and opens the hours, publishes the days.

It alone moves simulated time, by elapsed monotonic time; it never reads the date from the wall
clock. Before it opens an hour, the hour's events are in the journal, so that the producer (stream)
and the published day (batch) come from one record. An edit of the configuration takes effect from
the next unopened hour; a bad edit is refused, and the configuration in force stays.
"""

import logging
import time

import schedule

from pipeline.broker.topics import read_topics
from pipeline.logs import Message
from pipeline.progress import Progress
from pipeline.run import clock
from pipeline.service import Service, run
from pipeline.settings import SchedulerSettings
from scheduling import disk_space, first_start
from scheduling.hospital_run import HospitalRun
from scheduling.publishing import Publisher
from scheduling.timekeeper import Timekeeper

# A longer turn (a paused container, a suspended machine) counts as this much: the hospital stood
# still meanwhile.
LONGEST_TURN_SECONDS = 2.0
STATUS_SECONDS = 60

log = logging.getLogger("scheduler")


def main(settings: SchedulerSettings, service: Service) -> None:
    """Resume the run, or begin it; then let time pass until stopped."""
    if settings.config_overlay:
        log.info(Message("configs/ is read with an overlay", overlay=settings.config_overlay))
    topics = read_topics(settings.configs_dir)
    world, now = None, clock.read(settings.simulation_dir)
    if now is None:
        world, now = first_start.begin(settings)
    progress = Progress(service, log)
    hospital_run = HospitalRun(settings.simulation_dir, topics, now, progress, world)
    publisher = Publisher(settings.batch_lake_dir, hospital_run, progress)
    timekeeper = Timekeeper(settings, service, hospital_run, now)
    disk_space.warn_if_short(settings, now)
    service.report.facts["events"] = hospital_run.next_number

    publisher.publish_missing(timekeeper.now, service)
    timekeeper.check_configs()
    timekeeper.log_status()
    chores = recurring_chores(settings, timekeeper, publisher)
    last = time.monotonic()
    while not service.stopping.is_set():
        chores.run_pending()
        if (chores.idle_seconds or 0) > settings.config_check_seconds:
            # `schedule` reads the wall clock. If that was set back, the chores would wait until it
            # has caught up.
            chores = recurring_chores(settings, timekeeper, publisher)
        elapsed, last = time.monotonic() - last, time.monotonic()
        timekeeper.advance(min(elapsed, LONGEST_TURN_SECONDS))
        publisher.publish_missing(timekeeper.now, service)
        service.turn_completed()
        service.wait(timekeeper.pause_seconds())
    publisher.finish()


def recurring_chores(
    settings: SchedulerSettings, timekeeper: Timekeeper, publisher: Publisher
) -> schedule.Scheduler:
    """What recurs while time passes; each chore is due for the first time after one period."""
    chores = schedule.Scheduler()
    every = settings.config_check_seconds
    # Its annotations say int; it counts fractions of a second as well.
    chores.every(every).seconds.do(timekeeper.check_configs)  # type: ignore[arg-type]
    chores.every(STATUS_SECONDS).seconds.do(timekeeper.log_status)
    chores.every(STATUS_SECONDS).seconds.do(publisher.check_all_again)
    return chores


if __name__ == "__main__":
    run("scheduler", main, SchedulerSettings)
