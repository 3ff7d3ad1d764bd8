"""The world follows from the seed and from what is fixed in a run; no edit and restart moves it."""

import numpy as np

from hospital.config.run import FIXED_IN_A_RUN, Configuration
from hospital.staffing.rosters import rules_of
from hospital.world import World

from .small_run import FIRST_DAY, SmallFiles


def without_what_may_change(config: Configuration) -> Configuration:
    """The configuration as if every section that an edit may change were missing."""
    files = {}
    for name in ("simulation", "staffing"):
        file = getattr(config, name)
        changeable = [
            key for key in type(file).model_fields if f"{name}.{key}" not in FIXED_IN_A_RUN
        ]
        files[name] = file.model_copy(update=dict.fromkeys(changeable))
    return config.model_copy(update=files)


def test_the_world_reads_only_what_is_fixed_in_a_run(tiny: SmallFiles) -> None:
    config = Configuration.model_validate(tiny())
    whole, stripped = World(config), World(without_what_may_change(config))
    assert stripped.network == whole.network
    assert stripped.staff.posts == whole.staff.posts
    assert stripped.staff.needs == whole.staff.needs
    for column in ("birth_day", "hired_day", "end_day"):
        ours, theirs = (getattr(w.staff.columns, column) for w in (stripped, whole))
        assert np.array_equal(ours, theirs)
    for column in whole.people.columns._fields:
        ours, theirs = (getattr(w.people.columns, column) for w in (stripped, whole))
        assert np.array_equal(ours, theirs)
    rules = rules_of(config, FIRST_DAY)
    for shift in ("day", "night"):
        assert stripped.roster(shift, FIRST_DAY, rules) == whole.roster(shift, FIRST_DAY, rules)
