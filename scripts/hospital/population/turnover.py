"""How the population turns over: a day's births, moves and deaths, decided at its first second.

Deaths in a hospital are decided there, when they happen. A person who is in a hospital, or on the
way to one, neither dies elsewhere nor moves.
"""

from collections.abc import Collection

import numpy as np

from hospital.events import BATCH_ONLY, Event, Value, event
from hospital.ids import patient_id
from hospital.population.newcomers import MOST_OF_A_KIND, Newcomers, first_number
from hospital.population.people import People
from hospital.rates import OLDEST_AGE, Rates
from hospital.sampling import poisson, uniform, uniforms
from hospital.times import DAY, DAYS_A_YEAR, date_text


def turn_over(
    people: People,
    rates: Rates,
    newcomers: Newcomers,
    gone: Collection[int],
    in_care: Collection[int],
    at: int,
) -> tuple[Newcomers, set[int], list[Event]]:
    """The changes of the day that begins at `at`.

    Args:
        gone: the numbers of people who have died or moved away.
        in_care: the numbers of people in a hospital or on the way to one.
        at: midnight, in seconds since 1970-01-01.

    Returns:
        The new totals of newcomers, the numbers of people who die or move away, the events.
    """
    changes, day = rates.file.population_changes, at // DAY
    everybody = people.size + newcomers.total

    def count(kind: str, per_1000_a_year: float, among: int) -> int:
        expected = per_1000_a_year / 1000 / DAYS_A_YEAR * among
        return poisson(expected, uniform(people.draws.seed, f"people.{kind}", day))

    events = []
    added: dict[str, int] = {}
    for kind, per_1000_a_year in (
        ("born", changes.births_per_1000_a_year),
        ("moved_in", changes.moves_in_per_1000_a_year),
    ):
        added[kind] = min(count(kind, per_1000_a_year, everybody - len(gone)), MOST_OF_A_KIND)
        first = first_number(day, kind)
        events += [person_changed(at, number, kind) for number in range(first, first + added[kind])]
    leaving: dict[int, str] = {}
    for kind, by_age in (
        ("died", rates.deaths),
        ("moved_out", [changes.moves_out_per_1000_a_year] * (OLDEST_AGE + 1)),
    ):
        candidates = count(kind, max(by_age), everybody)
        for number in _drawn(people, newcomers, kind, by_age, candidates, day):
            if number not in gone and number not in in_care:
                leaving.setdefault(number, kind)
    events += [person_changed(at, number, kind) for number, kind in leaving.items()]
    return newcomers.after_a_day(**added), set(leaving), events


def _drawn(
    people: People, newcomers: Newcomers, kind: str, by_age: list[float], candidates: int, day: int
) -> list[int]:
    """The person numbers of candidates who leave.

    Thinning: the candidates are drawn at the highest rate of `by_age`, and each is accepted with
    the probability rate(age) / highest rate.
    """
    seed, most = people.draws.seed, max(by_age)
    if not most or not candidates:
        return []
    keys = np.arange(candidates, dtype=np.uint64) + np.uint64(day << 32)
    among = people.size + newcomers.total
    index = (uniforms(seed, f"people.{kind}.who", keys) * among).astype(np.int64)
    numbers = np.array(
        [i if i < people.size else newcomers.number(i - people.size) for i in index.tolist()],
        dtype=np.uint64,
    )
    age = ((day - people.draws.columns(numbers).birth_day) / DAYS_A_YEAR).astype(np.int64)
    rate = np.array(by_age)[np.clip(age, 0, OLDEST_AGE)]
    kept: list[int] = numbers[uniforms(seed, f"people.{kind}.chance", keys) * most < rate].tolist()
    return kept


def person_changed(at: int, number: int, kind: str, hospital_id: str | None = None) -> Event:
    """A person `born`, `moved_in`, `moved_out`, or `died`, in a hospital if one is given."""
    patient = patient_id(number)
    change_id = f"{patient}:{kind}"
    value: Value = {
        "change_id": change_id,
        "patient_id": patient,
        "change_type": kind,
        "change_date": date_text(at // DAY),
    }
    return event(at, BATCH_ONLY, "person_changed", change_id, hospital_id, value)
