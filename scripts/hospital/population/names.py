"""Names and addresses: drawn by index from pools that Faker fills from the seed.

Faker takes tens of microseconds a name; a million people share pools of a few thousand. They stand
only in `people.csv` and `staff.csv`, never in an event.
"""

from dataclasses import dataclass

import numpy as np
from faker import Faker

from hospital.config.population import Names
from hospital.sampling import key_of, uniforms

HIGHEST_HOUSE_NUMBER = 400


@dataclass(frozen=True)
class Pool:
    """The names of one locale, arrays of text."""

    family: np.ndarray
    female: np.ndarray
    male: np.ndarray
    street: np.ndarray


@dataclass(frozen=True)
class Labels:
    """Names and addresses of a group of people; arrays of text, one entry a person."""

    family_name: np.ndarray
    given_name: np.ndarray
    address: np.ndarray


def fill_pools(seed: int, rule: Names) -> list[Pool]:
    """One pool a locale, in order. Raises ValueError for a locale that Faker does not have."""
    pools = []
    for locale in rule.locale_shares:
        faker = Faker(locale)
        faker.seed_instance(seed ^ key_of(locale))
        pools.append(
            Pool(
                *(
                    np.array([draw() for _ in range(rule.pool_size)], dtype=object)
                    for draw in (
                        faker.last_name,
                        faker.first_name_female,
                        faker.first_name_male,
                        faker.street_name,
                    )
                )
            )
        )
    return pools


def label(
    seed: int,
    rule: Names,
    pools: list[Pool],
    group: str,
    female: np.ndarray,
    numbers: np.ndarray | None = None,
) -> Labels:
    """Names for people of a group: those with these numbers (uint64), or 0 … n-1.

    `female` says of each whether to draw a woman's name.
    """
    keys = np.arange(len(female), dtype=np.uint64) if numbers is None else numbers
    limits = np.cumsum(list(rule.locale_shares.values()))[:-1]
    locale = np.searchsorted(limits, uniforms(seed, f"{group}.locale", keys), side="right")
    size = rule.pool_size

    def pick(what: str, *columns: str) -> np.ndarray:
        """One of the locale's pool; of two columns, the first is for women, the second for men."""
        whole = np.concatenate([getattr(pool, name) for name in columns for pool in pools])
        index = (uniforms(seed, f"{group}.{what}", keys) * size).astype(np.int64) + locale * size
        if len(columns) == 2:
            index += np.where(female, 0, len(pools) * size)
        return whole[index]

    number = (uniforms(seed, f"{group}.house", keys) * HIGHEST_HOUSE_NUMBER).astype(np.int64) + 1
    return Labels(
        family_name=pick("family_name", "family"),
        given_name=pick("given_name", "female", "male"),
        address=number.astype(str).astype(object) + " " + pick("street", "street"),
    )
