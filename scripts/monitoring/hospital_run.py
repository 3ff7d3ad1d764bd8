"""The run: where its clock stands, and under which configuration."""

from typing import Any

from monitoring.own_services import OwnService
from monitoring.report import Configuration, Run
from pipeline.run import journal
from pipeline.run.clock import DAY, HOUR, Clock
from pipeline.settings import StatusSettings
from pipeline.status_files import RATE_SECONDS

DAY_SECONDS = 86_400
# Below this share of the pace, the machine cannot keep it.
KEPT_SHARE = 0.8
# A pace with fewer hours than this while a rate is measured is too slow to be compared with it.
MEASURABLE_HOURS = 20


def describe(now: Clock, facts: dict[str, Any], schedulers: list[OwnService]) -> Run:
    """Where the hospital is; `facts` are of the scheduler's status file."""
    days = (now.end - now.start) // DAY
    return Run(
        simulated_time=now.instant,
        day=min((now.instant - now.start) // DAY + 1, days),
        days=days,
        first_day=now.start.date(),
        last_day=(now.end - DAY).date(),
        open_until=now.open_until,
        real_days=now.real_days,
        pause_at=now.pause_at,
        stands=now.is_paused,
        over=now.instant == now.end,
        seconds_left=_seconds_left(now, schedulers),
        events=facts.get("events"),
    )


def _seconds_left(now: Clock, schedulers: list[OwnService]) -> float | None:
    """By the pace; by the measured hours per second at full speed, or if those fall behind."""
    hours_left = (now.limit - now.instant) / HOUR
    if not hours_left:
        return 0
    living = [scheduler.status for scheduler in schedulers if scheduler.alive]
    if not living:
        return None
    measured = sum(status.rates.get("hours", 0.0) for status in living)
    if not now.real_days:
        return round(hours_left / measured) if measured else None
    pace = (now.end - now.start) / HOUR / (now.real_days * DAY_SECONDS)
    comparable = pace * RATE_SECONDS >= MEASURABLE_HOURS
    # Nothing at all in these seconds is one long tick, or a scheduler that is not well.
    behind = comparable and 0 < measured < KEPT_SHARE * pace
    return round(hours_left / (measured if behind else pace))


def configuration(now: Clock, facts: dict[str, Any]) -> Configuration:
    """What the hospital runs under, and the last edits; `facts` are the scheduler's."""
    in_force = now.configurations[-1]
    return Configuration(
        sha256=in_force.configuration,
        model_version=in_force.model_version,
        overlay=facts.get("overlay", ""),
        refused=facts.get("refused_edit", ""),
        edits=facts.get("edits", []),
    )


def unpublished(
    now: Clock, settings: StatusSettings, scheduler: dict[str, Any], producer: dict[str, Any]
) -> int | None:
    """Events of the hours that have passed which the producer has not passed; None if unknown.

    Args:
        scheduler, producer: the facts of their status files.
    """
    due, next_number = scheduler.get("events"), producer.get("next_number")
    if now.instant < now.open_until:
        blocks = journal.blocks(settings.simulation_dir / journal.JOURNAL, now.instant.date())
        begun = [block for block in blocks if block.first_hour <= now.instant]
        due = begun[-1].first_number if begun else None
    return None if due is None or next_number is None else max(0, due - next_number)
