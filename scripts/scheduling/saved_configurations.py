"""The configurations that a run has been under, in the simulation volume, by hash.

Each passed the checks of the version that saved it. A later version reads it through upgrades, not
through its own rules for files that people edit.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import hospital
from hospital.config.faults import Faults
from hospital.config.run import UPGRADES, Configuration
from pipeline import formats
from pipeline.run import clock, config_store
from pipeline.run.clock import ConfigurationEntry
from pipeline.settings import ConfigurationError, parse, place_in_files


def save_configuration(
    simulation_dir: Path, content: dict[str, Any], from_hour: datetime
) -> ConfigurationEntry:
    """Save a configuration; return the clock's entry for the hours that run under it."""
    document = formats.stamp(config_store.in_force(content), UPGRADES)
    digest = config_store.save(simulation_dir / config_store.CONFIGURATIONS, document)
    return ConfigurationEntry(
        from_hour=from_hour, configuration=digest, model_version=hospital.MODEL_VERSION
    )


def load_content(simulation_dir: Path, entry: ConfigurationEntry) -> dict[str, Any]:
    """Load what an entry of the clock's history names, in today's format.

    Raises:
        ConfigurationError: if the file is damaged, or newer code wrote it.
    """
    saved = config_store.load(simulation_dir / config_store.CONFIGURATIONS, entry.configuration)
    name = f"simulation volume: {config_store.CONFIGURATIONS}/{entry.configuration}.json"
    return formats.upgrade(saved, UPGRADES, name)


def load_faults(simulation_dir: Path, entry: ConfigurationEntry) -> Faults:
    """Load the faults that were planted under an entry of the clock's history.

    Raises:
        ConfigurationError: as `load_content` does.
    """
    saved = config_store.load(simulation_dir / config_store.CONFIGURATIONS, entry.configuration)
    if "faults" not in saved["simulation"]:
        return Faults()
    return Faults.model_validate(load_content(simulation_dir, entry)["simulation"]["faults"])


def load_configuration(simulation_dir: Path, entry: ConfigurationEntry) -> Configuration:
    """Load the configuration that an entry of the clock's history names.

    Raises:
        ConfigurationError: as `load_content` does, or if today's rules refuse it.
    """
    content = load_content(simulation_dir, entry)
    try:
        return parse(Configuration, content, place_in_files)
    except ConfigurationError as fault:
        raise ConfigurationError(
            "simulation volume: this version cannot read the configuration in force from "
            f"{clock.text(entry.from_hour)}, which another version saved ({fault}): start that "
            "version again, or delete all data (make clean)"
        ) from None
