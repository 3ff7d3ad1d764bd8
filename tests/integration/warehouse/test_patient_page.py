"""The page Patient may ask for the one patient's name, as the analyst, and gets no other's."""

import asyncio
from datetime import date

from figures.tables import Tables
from pages import patient

from .own_database import Database
from .small_lake import Lake


def test_the_analyst_is_told_who_one_patient_is(database: Database, three_days: Lake) -> None:
    database.ingest()
    tables = Tables(database.settings)
    answer = asyncio.run(tables.ask(patient.PERSON, patient_id="P0000001"))
    assert answer.failure == ""
    assert answer.rows == [
        {
            "given_name": "Thandi",
            "family_name": "Dlamini",
            "sex": "F",
            "birth_date": date(1980, 2, 29),
        }
    ]


def test_nobody_is_named_for_an_unknown_patient(database: Database, three_days: Lake) -> None:
    database.ingest()
    tables = Tables(database.settings)
    assert asyncio.run(tables.ask(patient.PERSON, patient_id="P99999999")).rows == []
