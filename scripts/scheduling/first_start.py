"""The first start of a run: the configuration is pinned and the clock is set to the first hour."""

import logging

import hospital
from hospital.config.run import Configuration
from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import ConfigurationEntry
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, Clock
from pipeline.settings import ConfigurationError, SchedulerSettings, parse
from scheduling.hospital_run import CONFIGURATIONS

log = logging.getLogger("scheduler")


def first_clock(settings: SchedulerSettings) -> Clock:
    """Set the clock for the first time; each step can be repeated after a kill.

    Raises:
        ConfigurationError: if the configuration cannot be used, or if the batch lake already
            holds days of a run whose clock is gone.
    """
    if days := batch_lake.published_days(settings.batch_lake_dir):
        raise ConfigurationError(
            f"simulation volume: it is empty, but the batch lake holds {len(days)} days of another "
            "run; expected both or none: restore the volume, or remove all of them (make clean)"
        )
    edition = config_store.read(settings.configs_dir)
    run = parse(Configuration, edition.content, None).simulation.run
    digest = config_store.keep(settings.simulation_dir / CONFIGURATIONS, edition.content)
    start = clock.midnight(run.start_date)
    first = Clock(
        instant=start,
        open_until=start,
        start=start,
        end=start + run.days * DAY,
        real_days=edition.pace.real_days,
        configurations=[
            ConfigurationEntry(
                from_hour=start, configuration=digest, model_version=hospital.MODEL_VERSION
            )
        ],
    )
    clock.write(settings.simulation_dir, first)
    log.info("a new run of %d days begins at %s", run.days, clock.text(start))
    return first
