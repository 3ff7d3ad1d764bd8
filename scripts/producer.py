"""The producer: publishes the journal's events to Kafka as simulated time passes them.

It keeps no progress of its own. At start it asks the broker for the newest record of each topic,
starts reading the journal one window before the oldest of these, and skips what is already there.
No record is missing before that, because it never runs more than a window ahead of its oldest
unacknowledged record. If a partition does not start as the journal does, it refuses to start. If a
record cannot be delivered, it ends at once, and the next start asks the broker what arrived.
"""

import logging

from pipeline.broker import outages, partitions, resume
from pipeline.broker.acknowledgements import Acknowledgements
from pipeline.broker.delivery import Delivery
from pipeline.broker.outages import Outages
from pipeline.broker.topics import read_topics
from pipeline.logs import Message
from pipeline.run import clock, journal
from pipeline.run.clock import Clock
from pipeline.service import Service, run
from pipeline.settings import ProducerSettings

IDLE_SECONDS = 0.5
BATCH_EVENTS = 2_000

log = logging.getLogger("producer")


def main(settings: ProducerSettings, service: Service) -> None:
    """Resume after what the broker has, then follow the clock until stopped."""
    outage = outages.watch(settings, service.report)
    topics = read_topics(settings.configs_dir)
    partitions.create_missing_topics(settings, topics, service.stopping)
    now = wait_for_clock(settings, service, outage)
    if now is None:
        return
    journal_dir = settings.simulation_dir / journal.JOURNAL
    resume.check_beginnings(settings, topics, journal.opened(journal_dir, now.open_until))
    acknowledgements = Acknowledgements(outage, settings, service.report)
    delivery = Delivery(settings, topics, acknowledgements)
    log.info(Message("resuming the run", event=delivery.resume_number))
    reader = journal.Reader(journal_dir, now.start, delivery.resume_number)
    next_number = delivery.resume_number
    finished = False
    while not service.stopping.is_set():
        now = clock.read(settings.simulation_dir) or now
        due = reader.take(clock.text(now.instant), now.open_until, BATCH_EVENTS)
        for record in due:
            if record.is_streamed:
                delivery.send(record)
        acknowledgements.log_new()
        next_number = due[-1].number + 1 if due else next_number
        service.report.facts["next_number"] = acknowledgements.oldest_pending(next_number)
        acknowledgements.end_if_stuck()
        if not due:
            if acknowledgements.pending == 0:
                service.report.nothing_to_do()
            if now.instant == now.end and acknowledgements.pending == 0 and not finished:
                finished = True
                days = (now.end - now.start) // clock.DAY
                log.info(Message("the run is over: all its events are published", days=days))
            service.wait(IDLE_SECONDS)
        if acknowledgements.is_answered():
            service.turn_completed()
    delivery.close()


def wait_for_clock(settings: ProducerSettings, service: Service, outage: Outages) -> Clock | None:
    """Wait until the scheduler has set the clock for the first time; None if stopped before."""
    waiting, now = False, clock.read(settings.simulation_dir)
    service.report.ask(lambda: "" if now else "the scheduler: it has not begun a run")
    while not service.stopping.is_set():
        if now := clock.read(settings.simulation_dir):
            return now
        if not waiting:
            waiting = True
            log.info(Message("waiting for the scheduler to begin a run"))
        outage.say_if_back()
        service.turn_completed()
        service.wait(IDLE_SECONDS)
    return None


if __name__ == "__main__":
    run("producer", main, ProducerSettings)
