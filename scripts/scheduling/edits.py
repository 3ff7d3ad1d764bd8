"""What an edit of the configuration may not do in a run."""

from typing import Any

from hospital.config.run import FIXED_IN_A_RUN, Configuration
from pipeline.run import config_store
from pipeline.settings import ConfigurationError, parse


def check(in_force: dict[str, Any], edited: dict[str, Any]) -> None:
    """Check the content of edited files against the one in force.

    Raises:
        ConfigurationError: if a file is wrong, or changes a key that is fixed in a run.
    """
    # Through the model, so that spelling out a default changes nothing.
    before, after = (
        parse(Configuration, content, None).model_dump(mode="json")
        for content in (in_force, edited)
    )
    faults = [
        f"{change.place}: got {config_store.as_text(change.after)}, expected "
        f"{config_store.as_text(change.before)}, with which the run began"
        for change in config_store.differences(before, after)
        if any(f"{change.key}.".startswith(f"{fixed}.") for fixed in FIXED_IN_A_RUN)
    ]
    if faults:
        raise ConfigurationError("; ".join(faults))
