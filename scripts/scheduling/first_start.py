"""The first start of a run: save the configuration, set the clock to the first hour."""

import logging

from pydantic import ValidationError

from hospital.config.run import Configuration
from hospital.world import World
from pipeline.lakes import batch_lake
from pipeline.logs import Message
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, Clock
from pipeline.settings import ConfigurationError, SchedulerSettings, explain, parse
from scheduling import scenario_log
from scheduling.saved_configurations import save_configuration

log = logging.getLogger("scheduler")


def begin(settings: SchedulerSettings) -> tuple[World, Clock]:
    """Begin a run: build its people, staff and wards, and set its clock for the first time.

    Nothing is written before the configuration has passed all checks. A kill at any point leaves
    a volume on which this can be called again.

    Raises:
        ConfigurationError: if the configuration cannot be used, or if the batch lake already
            contains days, of a run whose clock is gone.
    """
    if days := batch_lake.published_days(settings.batch_lake_dir):
        raise ConfigurationError(
            f"the simulation volume is empty, but the batch lake has {len(days)} "
            f"{'day' if len(days) == 1 else 'days'} of another run: restore the volume, or delete "
            "all data (make clean)"
        )
    files = config_store.read_files(settings.configs_dir, settings.config_overlay)
    config = parse(Configuration, files.content, files.sources.place)
    try:
        world = World(config)
    except ValidationError as error:  # too few posts to staff every shift
        raise ConfigurationError(explain(error, files.sources.place)) from None
    run = config.simulation.run
    start = clock.midnight(run.start_date)
    now = Clock(
        instant=start,
        open_until=start,
        start=start,
        end=start + run.days * DAY,
        **files.pace.model_dump(),
        configurations=[save_configuration(settings.simulation_dir, files.content, start)],
    )
    clock.write(settings.simulation_dir, now)
    log.info(Message("a new run begins", first_hour=clock.text(start), days=run.days))
    scenario_log.log_all_late(config.simulation.scenarios, start, now.end)
    return world, now
