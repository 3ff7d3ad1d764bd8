"""Names and addresses, drawn by index from pools that Faker fills from the seed.

Faker takes tens of microseconds a name, so a million people share pools of a few thousand names.
They appear only in `people.csv` and `staff.csv`, never in an event.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from faker import Faker
from numpy.typing import NDArray

from hospital.config.population import Names
from hospital.sampling import Keys, key_of, uniforms

HIGHEST_HOUSE_NUMBER = 400


@dataclass(frozen=True)
class NamesAndAddresses:
    """Arrays of text, one entry a person."""

    family_name: NDArray[np.object_]
    given_name: NDArray[np.object_]
    address: NDArray[np.object_]


class NamePools:
    """The names of a run. Faker draws them when they are first needed."""

    def __init__(self, seed: int, rule: Names) -> None:
        self._seed, self._rule = seed, rule

    def draw(self, group: str, numbers: Keys, female: NDArray[np.bool_]) -> NamesAndAddresses:
        """Names for the people of a group (`people`, `staff`) who have these numbers.

        The numbers tell the people of a group apart: the same number gets the same name. `female`
        says of each whether to draw a woman's given name.
        """

        def draws(what: str) -> NDArray[np.float64]:
            return uniforms(self._seed, f"{group}.{what}", numbers)

        def indices(what: str) -> NDArray[np.int64]:
            return (draws(what) * size).astype(np.int64) + locale * size

        size = self._rule.pool_size
        limits = np.cumsum(list(self._rule.locale_shares.values()))[:-1]
        locale = np.searchsorted(limits, draws("locale"), side="right")
        given = indices("given_name")
        house = (draws("house") * HIGHEST_HOUSE_NUMBER).astype(np.int64) + 1
        street = self._pools["street"][indices("street")]
        return NamesAndAddresses(
            family_name=self._pools["family"][indices("family_name")],
            given_name=np.where(female, self._pools["female"][given], self._pools["male"][given]),
            address=house.astype(str).astype(object) + " " + street,
        )

    @cached_property
    def _pools(self) -> dict[str, NDArray[np.object_]]:
        """Kind of name → `pool_size` names of each locale, one locale after the other."""
        pools: dict[str, list[str]] = {"family": [], "female": [], "male": [], "street": []}
        for locale in self._rule.locale_shares:
            faker = Faker(locale)
            faker.seed_instance(self._seed ^ key_of(locale))
            for kind, draw in (
                ("family", faker.last_name),
                ("female", faker.first_name_female),
                ("male", faker.first_name_male),
                ("street", faker.street_name),
            ):
                # Some locales' lists contain names that end in a blank.
                pools[kind] += [draw().strip() for _ in range(self._rule.pool_size)]
        return {kind: np.array(names, dtype=object) for kind, names in pools.items()}
