"""The names of the shipped setting never change, and those of every locale can be loaded."""

import hashlib

import numpy as np
import pytest
from faker.config import AVAILABLE_LOCALES

from hospital.config import fields
from hospital.config.population import Names
from hospital.population.names import NamePools
from pipeline import value_forms

from .laws import DATASETS

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


def distinct_names(locales: list[str], pool_size: int) -> dict[str, set[str]]:
    """By its column in people.csv, nearly every value of the pools of these locales."""
    shares = {locale: 1 / len(locales) for locale in locales}
    pools = NamePools(42, Names(locale_shares=shares, pool_size=pool_size))
    numbers = np.arange(6 * len(locales) * pool_size, dtype=np.uint64)
    drawn = pools.draw("people", numbers, female=numbers % 2 == 0)
    return {column: set(getattr(drawn, column)) for column in drawn.__annotations__}


# In long lists of the last three, few names are unusual.
@pytest.mark.parametrize(
    ("locales", "pool_size"),
    [(sorted(AVAILABLE_LOCALES), 60), (["az_AZ"], 2000), (["es_AR"], 2000), (["uk_UA"], 2000)],
    ids=["all", "az_AZ", "es_AR", "uk_UA"],
)
@pytest.mark.filterwarnings("ignore:fr_QC locale is deprecated")
def test_every_name_of_every_locale_can_be_loaded(locales: list[str], pool_size: int) -> None:
    for column, names in distinct_names(locales, pool_size).items():
        limit = DATASETS["people"]["columns"][column]["max_length"]
        for name in names:
            assert name and name == name.strip(value_forms.INVISIBLE), (column, name)
            assert name not in value_forms.MISSING_WORDS
            assert len(name) <= limit
            assert not set(name) & {"\0", "\r", "\n", value_forms.BYTE_ORDER_MARK}


def test_a_name_of_the_configuration_that_could_not_be_loaded_is_refused() -> None:
    assert value_forms.MISSING_WORDS == fields.MISSING_WORDS
    assert [c for c in value_forms.INVISIBLE if c.isprintable()] == [" "]
