"""The names of the shipped setting are the same for every version of Faker that we accept."""

import hashlib

from hospital.config.population import Names
from hospital.population.names import fill_pools

SHIPPED = Names(
    locale_shares={"zu_ZA": 0.6, "en_GB": 0.2, "nl_NL": 0.1, "en_IN": 0.1}, pool_size=1500
)
HASH_FOR_SEED_42 = "a3634ce4bb0bd2928d53c459d847469f1950a9ef3ffe0aa9233b422557361659"


def test_the_shipped_settings_name_pools_come_out_the_same() -> None:
    names = [
        name
        for pool in fill_pools(42, SHIPPED)
        for column in (pool.family, pool.female, pool.male, pool.street)
        for name in column
    ]
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == HASH_FOR_SEED_42
