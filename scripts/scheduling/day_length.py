"""Says how long a simulated day takes: `python -m scheduling.day_length`, which `make up` runs."""

from pipeline import settings
from pipeline.run import clock
from pipeline.run.clock import DAY, Clock
from pipeline.settings import SchedulerSettings

SOONER = "sooner: set a smaller clock.real_days in configs/simulation.yaml (0: at full speed)"
GO_ON = "move clock.pause_at in configs/simulation.yaml to a later date, or remove it"


def main() -> None:
    """Print it for the run in the simulation volume."""
    now = clock.read(settings.read(SchedulerSettings).simulation_dir)
    print(describe(now) if now else "the run has not begun")


def describe(now: Clock) -> str:
    """How long a day takes at the pace in force, what is left of this one, how to see more."""
    if now.instant == now.end:
        return "all days of the run are over"
    if now.is_paused:
        return f"time stands at {clock.text(now.instant)}\n{GO_ON}"
    if now.real_days == 0:
        return "at full speed, as fast as this machine computes them"
    tomorrow = clock.midnight(now.instant.date()) + DAY
    if now.limit < tomorrow and now.limit < now.end:
        return f"time will stand at {clock.text(now.limit)}, before this one is over\n{GO_ON}"
    day_seconds = now.real_days * DAY.total_seconds() / ((now.end - now.start) / DAY)
    left = tomorrow - now.instant
    return (
        f"one takes about {clock.duration(day_seconds)}; {now.instant.date()} is over in about "
        f"{clock.duration(day_seconds * (left / DAY))}\n{SOONER}"
    )


if __name__ == "__main__":
    main()
