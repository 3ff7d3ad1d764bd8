"""What an edit of the configuration may not do in a run."""

from typing import Any

from hospital.config.run import FIXED_IN_A_RUN, Configuration
from pipeline.run import config_store
from pipeline.run.config_store import ConfigFiles
from pipeline.settings import ConfigurationError, parse, place_in_files


def check(in_force: dict[str, Any], edited: ConfigFiles) -> None:
    """Check edited files against the content in force.

    Raises:
        ConfigurationError: if a file is wrong, or changes a key that is fixed in a run.
    """
    # Through the model, so that spelling out a default changes nothing.
    before, after = (
        parse(Configuration, content, place).model_dump(mode="json")
        for content, place in (
            (in_force, place_in_files),
            (edited.content, edited.sources.place),
        )
    )
    faults = [
        f"{edited.sources.place(change.keys)}: got {config_store.as_text(change.after)}, expected "
        f"{config_store.as_text(change.before)}, with which the run began"
        for change in config_store.differences(before, after)
        if any(f"{'.'.join(change.keys)}.".startswith(f"{fixed}.") for fixed in FIXED_IN_A_RUN)
    ]
    if faults:
        raise ConfigurationError("; ".join(faults))
