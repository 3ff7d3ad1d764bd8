"""The names of the shipped setting are the same for every version of Faker that we accept."""

import hashlib

import numpy as np

from hospital.config.population import Names
from hospital.population.names import NamePools

SHIPPED = Names(
    locale_shares={"zu_ZA": 0.6, "en_GB": 0.2, "nl_NL": 0.1, "en_IN": 0.1}, pool_size=1500
)
HASH_FOR_SEED_42 = "a3be257882b108617740fb9368312fe103554a59f2092f5d7724ad30b7a9a70d"


def test_the_names_of_the_shipped_setting_come_out_the_same() -> None:
    # Enough people that nearly every name of each pool is drawn.
    numbers = np.arange(100_000, dtype=np.uint64)
    drawn = NamePools(42, SHIPPED).draw("people", numbers, female=numbers % 2 == 0)
    columns = (drawn.family_name, drawn.given_name, drawn.address)
    text = "\n".join(name for column in columns for name in column)
    assert hashlib.sha256(text.encode()).hexdigest() == HASH_FOR_SEED_42
