"""The questions of the whole run: what is asked of schema insight, by day, and what is made of it.

They stand in the order in which they are asked: the cheapest first.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from figures import drawings, stays
from figures.drawings import Choice, Figure, Seen
from figures.tables import Row

OCCUPANCY = """
select census_date, sum(open_beds)::integer as open_beds, sum(occupied)::integer as occupied,
       sum(patients)::integer as patients
from insight.occupancy_by_ward_and_day
where ward_id in %(wards)s and census_date between %(first)s and %(last)s
group by census_date
order by census_date
"""
ARRIVALS = """
select extract(isodow from simulated_date)::integer as weekday, hour,
       sum(registrations)::integer as arrivals
from insight.daily_arrivals
where hospital_id in %(hospitals)s and simulated_date between %(first)s and %(last)s
group by 1, 2
"""
DEATHS = """
select date_trunc('month', died_date)::date as month,
       count(*) filter (where specialty <> 'emergency')::integer as wards,
       count(*) filter (where specialty = 'emergency')::integer as emergency
from insight.deaths_in_hospital
where hospital_id in %(hospitals)s and (%(ward)s is null or ward_id = %(ward)s)
  and died_date between %(first)s and %(last)s
group by 1
order by 1
"""
STAYS = f"""
select least(floor(stay_days), {stays.LONGEST})::integer as days, source,
       count(*)::integer as stays
from insight.finished_stays
where hospital_id in %(hospitals)s and (%(ward)s is null or ward_id = %(ward)s)
  and discharge_date between %(first)s and %(last)s
  and %(subject)s in (specialty, diagnosis_code) and not in_critical_care
group by 1, 2
order by 1, 2
"""
DIAGNOSES = """
select extract(month from arrived_date)::integer as month, diagnosis_code as code,
       count(*)::integer as arrivals
from insight.arrivals
where hospital_id in %(hospitals)s and arrived_date between %(first)s and %(last)s
group by 1, 2
"""
READMISSIONS = """
select date_trunc('month', discharge_date)::date as month, count(*)::integer as went_home,
       count(readmitted_at)::integer as readmitted
from insight.finished_stays
where hospital_id in %(hospitals)s and (%(ward)s is null or ward_id = %(ward)s)
  and discharge_date between %(first)s and %(last)s and disposition = 'home'
  and discharged_at <= (select as_of from insight.last_loaded_day) - interval '30 days'
group by 1
order by 1
"""


class Question(NamedTuple):
    """A chart of the page: what is asked for it, and what is made of the answer.

    Attributes:
        note: what the chart shows.
        wide: whether it needs the width of the page.
    """

    title: str
    query: str
    draw: Callable[[list[Row], Seen], Figure]
    note: Callable[[Seen], str]
    wide: bool = False

    def parameters(self, choice: Choice) -> dict[str, Any]:
        """The part of the choice that the query depends on."""
        chosen = choice._asdict().items()
        return {name: value for name, value in chosen if f"%({name})s" in self.query}


def _of_stays(seen: Seen) -> str:
    simulation = seen.course.simulation
    specialty = stays.specialty_of(simulation, seen.choice.subject)
    spread = simulation["length_of_stay_days"][specialty]
    factor = simulation["admission"]["elective_stay_factor"]
    return (
        "Stays that ended in these days, without those that went through high or intensive care. "
        f"The curve is length_of_stay_days.{specialty} in force now: lognormal, mean "
        f"{spread['mean']:g}, standard deviation {spread['sd']:g}, planned stays times {factor:g}. "
        "Patients go home at the hours and on the weekdays of discharges, up to a day before or "
        "after the drawn end."
    )


QUESTIONS = (
    Question(
        "Occupancy by day",
        OCCUPANCY,
        drawings.occupancy,
        lambda _: (
            "At the end of each day, in percent of the open beds. Demand: patients in beds and "
            "those who wait for one."
        ),
        wide=True,
    ),
    Question(
        "Arrivals by hour and weekday",
        ARRIVALS,
        drawings.arrivals,
        lambda _: (
            "Mean registrations in each hour of each weekday, emergencies and "
            "planned. A chosen ward changes nothing here."
        ),
    ),
    Question(
        "Deaths in hospital by month",
        DEATHS,
        drawings.deaths,
        lambda _: "A month of which a part is shown counts those days alone.",
    ),
    Question(
        "Diagnoses by season",
        DIAGNOSES,
        drawings.seasons,
        lambda seen: (
            f"The {drawings.COMMONEST} commonest diagnoses of arrivals: how many come in a "
            "day of that month, in multiples of the mean of all days. A chosen ward changes "
            "nothing here."
        ),
        wide=True,
    ),
    Question("Length of stay", STAYS, drawings.lengths, _of_stays),
    Question(
        "Readmissions within 30 days",
        READMISSIONS,
        drawings.readmissions,
        lambda _: (
            "Patients who went home in that month and were admitted again as an emergency, to "
            "any hospital. Discharges of the last 30 days are not counted yet. The second line is "
            "readmission.share_of_discharges_home in force now."
        ),
    ),
)
