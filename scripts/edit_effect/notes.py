"""What a reader must know to judge a comparison: what else differs, what is still to come."""

from collections.abc import Iterator
from datetime import date, datetime

from edit_effect.edits import Edit
from edit_effect.windows import WEEK, Windows
from pipeline.run import clock
from pipeline.run.clock import DAY, HOUR, Clock

NO_EDIT = (
    "there is no edit yet: change a rate in configs/simulation.yaml, such as"
    " arrivals.emergency_per_day, and save. It is in force from the next hour; the scheduler logs"
    " which: docker compose logs scheduler"
)
PAUSED = "Time stands at {}: move clock.pause_at in configs/simulation.yaml on, or remove it."


def no_edit(now: Clock | None) -> str:
    """What to do for an edit to be there."""
    if now is None or not now.is_paused:
        return NO_EDIT
    paused = PAUSED.format(clock.text(now.limit))
    return f"{NO_EDIT}. {paused} An edit made meanwhile is in force from there"


def too_soon(edit: Edit, now: Clock, complete: datetime) -> str:
    """Why there is no whole hour to compare, and when there will be one."""
    from_hour, instant = clock.text(edit.from_hour), clock.text(now.instant)
    in_force = f"the edit is in force from {from_hour}; it is {instant}"
    if now.instant >= edit.from_hour + HOUR:
        return (
            f"{in_force}, but the stream lake has every event only up to {clock.text(complete)}."
            " Run this again once the stream_processor has caught up: docker compose run --rm"
            " status"
        )
    return f"{in_force}, and no whole hour has passed since. {_when(now, edit.from_hour + HOUR)}"


def unlike(edit: Edit, chosen: Windows) -> Iterator[str]:
    """What other than the edit makes the windows differ."""
    before, after = chosen.before, chosen.after
    if chosen.shift % DAY:
        yield (
            "The hours before the edit are other hours of the day, and arrivals vary by hour: the"
            " configuration before the edit was in force for less than a day. An edit that comes"
            " later can be compared with the same hours of a day before."
        )
    elif chosen.shift % WEEK:
        yield (
            f"The weekdays differ ({before[0].begins:%A} beside {after[0].begins:%A}), and arrivals"
            " vary by weekday: the configuration before the edit was in force for less than a week."
        )
    months = {piece.begins.month for piece in before}, {piece.begins.month for piece in after}
    if months[0] != months[1]:
        yield "The months differ, and arrivals vary by month."
    for content, pieces in zip(edit.contents, (before, after), strict=True):
        first, last = pieces[0].begins.date(), (pieces[-1].ends - HOUR).date()
        for name, scenario in content["simulation"].get("scenarios", {}).items():
            if scenario.get("enabled") and _overlap(scenario, first, last):
                which = "before" if pieces is before else "after"
                yield f"The scenario {name} may be in effect in the hours {which} the edit."


def of_batch(
    edit: Edit, now: Clock, chosen: Windows, loaded: set[date], away: str | None
) -> Iterator[str]:
    """From when on the tables know the hours after the edit, or why they do not."""
    if away:
        yield f"Postgres is away ({away}), so that batch is unknown."
        return
    missing = sorted(set[date]().union(*(piece.days() for piece in chosen.after)) - loaded)
    if missing:
        over = clock.midnight(missing[-1]) + DAY
        when = _when(now, over) if over > now.instant else "The day is over, and not loaded yet."
        first = f"{missing[-1]} from {clock.text(over)} on"
        yield f"Batch knows days that are over and loaded: {first}. {when}"
    unknown = sorted(set[date]().union(*(piece.days() for piece in chosen.before)) - loaded)
    if unknown:
        yield f"Batch does not know the hours before the edit: {unknown[0]} is not loaded."


def longer(edit: Edit, now: Clock, chosen: Windows) -> Iterator[str]:
    """When a longer window is there, as long as the only one is shorter than a day."""
    target = edit.from_hour + DAY
    can_grow = edit.until is None and edit.from_hour - edit.since >= DAY
    if can_grow and now.instant < target <= now.limit and chosen.piece_hours < 24:
        passed = f"it has passed at {clock.text(target)}. {_when(now, target)}"
        yield f"A day tells smaller effects from chance: {passed}"


def _when(now: Clock, target: datetime) -> str:
    """How long to wait until an instant, in real time."""
    if target > now.end:
        return f"The run ends before, at {clock.text(now.end)}."
    if target > now.limit:
        return PAUSED.format(clock.text(now.limit))
    if now.real_days == 0:
        return "Run this again in a moment."
    seconds = (target - now.instant) / ((now.end - now.start) / now.real_days) * 86_400
    return f"Run this again in about {clock.duration(seconds)}."


def _overlap(scenario: dict[str, str], first: date, last: date) -> bool:
    begins, ends = (date.fromisoformat(scenario[key]) for key in ("from_date", "to_date"))
    return begins <= last and first <= ends
