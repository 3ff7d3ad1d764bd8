"""The names of Faker's most unusual locales pass the very check of the warehouse."""

import csv
import io

import numpy as np

from hospital.config.population import Names
from hospital.population.names import NamePools

from .own_database import Database
from .small_lake import ZERO, Lake, day_zero

# Lists with names that end in a blank; letters that need joiners; quotes and commas in names; the
# given name Nil.
UNUSUAL = ("az_AZ", "es_AR", "uk_UA", "hi_IN", "ne_NP", "si_LK", "he_IL", "ta_IN", "nl_NL", "es_CA")
POOL_SIZE = 1000


def test_no_name_is_rejected(database: Database, lake: Lake) -> None:
    rule = Names(
        locale_shares={locale: 1 / len(UNUSUAL) for locale in UNUSUAL}, pool_size=POOL_SIZE
    )
    numbers = np.arange(3 * len(UNUSUAL) * POOL_SIZE, dtype=np.uint64)
    names = NamePools(42, rule).draw("people", numbers, female=numbers % 2 == 0)
    rows = []
    columns = (names.family_name, names.given_name, names.address)
    for number, (family, given, address) in enumerate(zip(*columns, strict=True)):
        line = io.StringIO()
        person = [f"P{number:07}", family, given, "F", "1980-01-01", "Soweto", address, ""]
        csv.writer(line, lineterminator="").writerow(person)
        rows.append(line.getvalue())
    lake.publish(ZERO, {**day_zero(), "people": rows})
    database.ingest()
    assert database.rejected() == []
    assert database.counts()["people"] == len(rows)
