"""A wrong configuration is refused where it is wrong, in words that say what was expected."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from hospital.config.fields import SHARE_TOLERANCE
from hospital.config.run import Configuration
from pipeline.settings import explain, place_in_files

from .small_run import Files

REFUSED = [
    # key, value, where the fault is reported (None: at the key), words of the message
    ("simulation.arrivals.emergency_per_day", -5, None, "got -5, expected 0 or more"),
    ("simulation.arrivals.emergency_per_day", "5", None, 'got "5", expected a number'),
    ("simulation.arrivals.emergency_per_day", True, None, "got true, expected a number"),
    ("simulation.arrivals.emergency_per_day", float("nan"), None,
     "got .nan, expected a finite number"),
    ("simulation.arrivals.emergency_per_day", float("inf"), None,
     "got .inf, expected a finite number"),
    ("simulation.arrivals.emergency_per_day", None, None, "got null, expected a number"),
    ("simulation.arrivals.emergency_per_day", 1e9, None,
     "got 1000000000.0, expected 50000 or less"),
    ("simulation.arrivals.emergency_per_days", 5, None, "unknown key (a typo?)"),
    ("simulation.scenarios.flu_wave.enabled", "y", None, "got y, expected true or false"),
    ("simulation.run.start_date", "2021-04-07T00:00:00Z", None,
     'got "2021-04-07T00:00:00Z", expected a day such as 2021-04-07'),
    ("simulation.run.seed", 1.5, None, "got 1.5, expected a whole number"),
    ("simulation.run.seed", 1e6, None, "expected a whole number, written as 1000000"),
    ("simulation.run.seed", 2**63, None, "expected below 9223372036854775808"),
    ("simulation.run.seed", -1, None, "got -1, expected 0 or more"),
    ("simulation.run.start_date", "2021-02-30", None, "got 2021-02-30, expected a day that exists"),
    ("simulation.run.start_date", "07/04/2021", None, "expected a day such as 2021-04-07"),
    ("simulation.run.start_date", "1989-12-31", None,
     "got 1989-12-31, expected 1990-01-01 or a later day"),
    ("simulation.run.days", 0, None, "got 0, expected 1 or more"),
    ("simulation.population.districts.Soweto.hospital", "SWT", None, "one of JHB, SOW, PTA"),
    ("simulation.population.districts.Soweto.share", 0.5, "simulation.population.districts",
     "these add up to 1.25"),
    ("simulation.population.names.locale_shares", {"xx_XX": 1.0},
     "simulation.population.names.locale_shares.xx_XX",
     "got xx_XX, expected a locale of Faker, such as en_GB"),
    ("simulation.population.names.locale_shares", {"en-gb": 1.0},
     "simulation.population.names.locale_shares.en-gb", "a locale of Faker, such as en_GB or"),
    ("simulation.population.names.locale_shares", {"es_ar": 1.0},
     "simulation.population.names.locale_shares.es_ar", "a locale of Faker, such as es_AR or"),
    ("simulation.population.names.locale_shares", {"fr": 1.0},
     "simulation.population.names.locale_shares.fr", "fr_FR"),
    ("simulation.hospitals.JHB.name", "Central ", None, "without blanks or invisible characters"),
    ("simulation.hospitals.JHB.name", "\u00a0Central", None, "without blanks or invisible"),
    ("simulation.hospitals.JHB.wards.MED.name", "N/A", None, "writes for a missing value"),
    ("simulation.hospitals.JHB.wards.MED.name", "a\0b", None, "without blanks or invisible"),
    ("simulation.hospitals.JHB.wards.MED.specialty", "nan", None, "writes for a missing value"),
    ("simulation.population.districts.Soweto.hospital", "NA", None, "writes for a missing value"),
    ("simulation.population.age_bands", [{"from_age": 1, "to_age": 100, "share": 1.0}],
     "simulation.population.age_bands.0.from_age", "follow on"),
    ("simulation.hospitals.JHB.wards.MED.beds", 0, None, "got 0, expected 1 or more"),
    ("simulation.hospitals.JHB.wards.MED.beds", True, None, "got true, expected a whole number"),
    ("simulation.hospitals.JHB.wards.ICU.specialty", "medicine", "simulation.hospitals.JHB.wards",
     "specialty intensive_care"),
    ("simulation.arrivals.triage_shares.red", 0.03, "simulation.arrivals.triage_shares",
     "these add up to 1.01"),
    ("simulation.arrivals.emergency_shape.hour_weights", [1] * 23, None,
     "expected 24 or more items, not 23"),
    ("simulation.arrivals.emergency_shape.weekday_weights", [0] * 7, None, "above 0"),
    ("simulation.emergency_department.outcome_shares.red.died", 0.5,
     "simulation.emergency_department.outcome_shares.red", "add up"),
    ("simulation.emergency_department.waiting_minutes", {},
     "simulation.emergency_department.waiting_minutes", "red, orange, yellow and green"),
    ("simulation.length_of_stay_days.medicine.least", 7,
     "simulation.length_of_stay_days.medicine.mean", "a mean between least (7) and most ("),
    ("simulation.length_of_stay_days.medicin", {"mean": 1, "sd": 1, "least": 0, "most": 2},
     "simulation.length_of_stay_days", "the specialties of the diagnoses"),
    ("simulation.diagnoses.J18.9.season", "respiratry", None,
     "got respiratry, expected one of resp"),
    ("simulation.diagnoses", {}, None, "got {}, expected 1 or more keys, not 0"),
    ("simulation.seasons.A b", [1] * 12, "simulation.seasons.A b.[key]",
     "seasons.A b: got the key A b, expected up to 40 small letters and underscores, a letter"),
    ("simulation.hospitals.JHB", [], None, "got [], expected a mapping of keys"),
    ("simulation.hospitals.JHB.name", 7, None, "got 7, expected text (in quotes)"),
    ("simulation.diagnoses.J18.9.sex", "X", None, "got X, expected F or M"),
    ("simulation.population.chronic_conditions.asthma.share_under_15", 1.0,
     "simulation.population.chronic_conditions", "(these add up to 1."),
    ("simulation.critical_care.high_care_direct_shares.red", 1.0, None, "got 1, expected at most "),
    ("simulation.scenarios.flu_wave.to_date", "2022-06-05", None,
     "to_date: got 2022-06-05, expected a day from 2022-06-06 on"),
    ("simulation.scenarios.flu_wave.hospitals", "JHB", None, "got JHB, expected a list"),
    ("staffing.roles.doctor.grades.intern.pattern", "rotatin", None, "one of rotating, days"),
    ("staffing.roles.doctor.grades.intern.share", 0.3, "staffing.roles.doctor.grades",
     "these add up to 1.1"),
    ("staffing.roles.doctor.grades.intern.hired_oldest_years", 40,
     None, "got 40, expected above youngest_years (24), and no more than oldest_years ("),
    ("staffing.roles.doctor.grades.intern.leaving_share_per_year", 1.0, None,
     "got 1.0, expected 0.95 or less"),
    ("staffing.roles.nurse.grades", {}, None, "expected 1 or more keys, not 0"),
    ("staffing.roles.nurse.staff_per_beds", 1.0, None, "unknown key (a typo?)"),
    ("staffing.roles.nurse.reserve_share", -0.1, None, "got -0.1, expected 0 or more"),
    ("staffing.roles.porter.grades.porter.oldest_years", 66, None, "at most 65"),
    ("staffing.patterns.rotating", "NDOO", None, "11 hours between shifts"),
    ("staffing.patterns.rotating", "DXO", None, "got DXO, expected up to 60 letters: D a day"),
    ("staffing.patterns.rotating", "DDOO", "staffing.roles.doctor.grades", "D and N"),
    ("staffing.posts_factor", 0, None, "got 0, expected above 0"),
    ("staffing.targets.patients_per_nurse", 0, None, "got 0, expected above 0"),
    ("staffing.turnover.vacancy_days_most", 13, None, "at least 14"),
    ("staffing.turnover.retirement_age_years", 20, None, "got 20, expected 30 or more"),
    ("staffing.attendance.absence_month_weights", [1] * 11, None,
     "expected 12 or more items, not 11"),
    ("simulation.hospitals.JHB.wards.ED", {"name": "X", "specialty": "medicine", "beds": 1},
     None, "wards.ED: got ED, expected another code than ED"),
    ("staffing.shifts.day.length_hours", 8, "staffing.shifts", "cover the 24 hours"),
    ("staffing.rest.least_hours", 13, "staffing.patterns.rotating", "13 hours"),
    ("staffing.attendance.absence_share", 1.01, None, "got 1.01, expected 1 or less"),
    ("simulation.faults.enabled", 1, None, "got 1, expected true or false"),
    ("simulation.faults.late_message_share", -0.1, None, "got -0.1, expected 0 or more"),
    ("simulation.faults.cut_file_share", 1.1, None, "got 1.1, expected 1 or less"),
    ("simulation.faults.latest_hours", 25, None, "got 25, expected 24 or less"),
    ("simulation.faults.late_days_share", 0.1, None, "unknown key (a typo?)"),
    ("simulation.faults", None, None, "got null, expected a mapping of keys"),
]  # fmt: skip


def put(files: dict[str, Any], dotted: str, value: object) -> dict[str, Any]:
    """Sets a dotted key; an ICD-10 code has a dot of its own."""
    path = dotted.replace("J18.9", "J18|9").split(".")
    section: Any = files
    for name in path[:-1]:
        section = section[name.replace("|", ".")]
    section[path[-1]] = value
    return files


@pytest.mark.parametrize(("key", "value", "where", "words"), REFUSED)
def test_a_bad_value_is_refused_where_it_stands(
    key: str, value: object, where: str | None, words: str, shipped: Callable[[], Files]
) -> None:
    with pytest.raises(ValidationError) as refused:
        Configuration.model_validate(put(shipped(), key, value))
    faults = refused.value.errors()
    assert ".".join(map(str, faults[0]["loc"])) == (where or key)
    assert words in explain(refused.value, place_in_files)
    assert len(faults) == 1


@pytest.mark.parametrize("section", ["simulation", "staffing", "simulation.run", "staffing.shifts"])
def test_a_missing_section_is_refused(section: str, shipped: Callable[[], Files]) -> None:
    files = shipped()
    *path, last = section.split(".")
    del (files[path[0]] if path else files)[last]
    with pytest.raises(ValidationError) as refused:
        Configuration.model_validate(files)
    assert [".".join(map(str, fault["loc"])) for fault in refused.value.errors()] == [section]


def test_the_shipped_files_are_accepted_and_survive_json(shipped: Callable[[], Files]) -> None:
    config = Configuration.model_validate(shipped())
    again = Configuration.model_validate(config.model_dump(mode="json"))
    assert again == config


def test_the_clock_is_no_part_of_it(shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["simulation"]["clock"] = {"real_days": 9}
    with pytest.raises(ValidationError, match="clock"):
        Configuration.model_validate(files)


@pytest.mark.parametrize("value", [0, 0.0, 500, 12.5])
def test_rates_may_be_zero_whole_or_fractions(value: float, shipped: Callable[[], Files]) -> None:
    files = put(shipped(), "simulation.arrivals.emergency_per_day", value)
    assert Configuration.model_validate(files).simulation.arrivals.emergency_per_day == value


def test_shares_may_miss_one_by_the_tolerance(shipped: Callable[[], Files]) -> None:
    files = put(shipped(), "simulation.arrivals.triage_shares.red", 0.02 + SHARE_TOLERANCE / 2)
    Configuration.model_validate(files)
