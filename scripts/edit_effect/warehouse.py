"""What the tables have of each hour, and which days are loaded."""

from datetime import date
from typing import NamedTuple

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from edit_effect.measures import OPENING, Tally, add
from pipeline.value_forms import READMISSION

LOADED = "select simulated_date from lake.ingested_days where manifest_sha256 is not null"
# As stream.py counts them.
COMES = f"encounter_id !~ '{OPENING}'"
EMERGENCY = f"source = 'emergency' and {COMES} and encounter_id"


class Question(NamedTuple):
    """A table, the column that says when, and what each part sums over its rows."""

    table: str
    at: str
    parts: dict[str, str]


QUESTIONS = (
    Question(
        "registrations",
        "registered_at",
        {
            "planned": f"count(*) filter (where source = 'elective' and {COMES})",
            "readmitted": f"count(*) filter (where {EMERGENCY} ~ '{READMISSION}')",
            "emergency": f"count(*) filter (where {EMERGENCY} !~ '{READMISSION}')",
        },
    ),
    Question("admissions", "admitted_at", {"admitted": f"count(*) filter (where {COMES})"}),
    Question("transfers", "transferred_at", {"transferred": "count(*)"}),
    Question(
        "discharges",
        "discharged_at",
        {
            "discharged": "count(*)",
            "stay_days": "sum(extract(epoch from discharged_at - admitted_at)) / 86400",
            "died": "count(*) filter (where disposition = 'died')",
        },
    ),
    Question(
        "transports",
        "arrived_at",
        {"ambulance": "count(*) filter (where transport_type = 'ambulance')"},
    ),
    Question(
        "shifts",
        "coalesce(ended_at, planned_start_at)",
        {
            "worked": "count(*) filter (where status = 'worked')",
            "absent": "count(*) filter (where status = 'absent')",
        },
    ),
    Question(
        "emergency_visits",
        "left_at",
        {
            "wait_minutes": "sum(extract(epoch from seen_at - registered_at)) / 60",
            "seen": "count(seen_at)",
        },
    ),
)


def loaded_days(session: Connection) -> set[date]:
    """The days whose rows are in the tables."""
    with session, session.cursor() as cursor:
        cursor.execute(LOADED)
        return {day for (day,) in cursor}


def tally(session: Connection, first: date, last: date) -> Tally:
    """What each hour of these days has in the tables. A row stands on the day of its instant."""
    found: Tally = {}
    with session, session.cursor() as cursor:
        for question in QUESTIONS:
            query = sql.SQL(
                "select to_char({at}, 'YYYY-MM-DD\"T\"HH24'), {parts} from {table}"
                " where simulated_date between %s and %s group by 1"
            ).format(
                at=sql.SQL(question.at),
                parts=sql.SQL(", ").join(map(sql.SQL, question.parts.values())),
                table=sql.Identifier("hospital", question.table),
            )
            cursor.execute(query, [first, last])
            for hour, *amounts in cursor:
                for part, amount in zip(question.parts, amounts, strict=True):
                    add(found, hour, part, float(amount or 0))
    return found
