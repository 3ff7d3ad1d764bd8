"""The faults of rows, files and days that the tables and the batch lake show."""

import re
from collections.abc import Container
from datetime import date
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from pipeline.lakes import batch_lake
from pipeline.run.clock import DAY
from reconciliation.planted import PlantedFaults
from scoring.answers import Identity

CUT = re.compile(r"(\w+)\.csv: (\d+) bytes, but the manifest says (\d+)")

REJECTED = "a row in insight.rejected_rows, with the reason"
REFUSED_CUT = "a day in insight.days_refused, because the file is shorter than its manifest says"
CAME_LATER = "its directory appeared after that of the day after it"
MENDED = "the day has been mended: the file is whole, and nothing of the cut one is in a table"
WRITTEN_AGAIN = "its directory, or that of the day after it, was written again to mend a cut file"
NEIGHBOUR_LATE = "the day after it came late as well, so their order is the usual one"


def rejected_rows(cursor: Cursor) -> dict[Identity, str]:
    """The rows that the batch_ingestor did not load."""
    cursor.execute("select dataset, simulated_date::text, line::text from lake.rejected_rows")
    return {("wrong_row", *place): REJECTED for place in cursor}


def cut_files(cursor: Cursor) -> dict[Identity, str]:
    """The files because of which a day is refused, since they end too early."""
    cursor.execute(
        "select simulated_date::text, refused_reason from lake.ingested_days"
        " where refused_reason is not null"
    )
    found: dict[Identity, str] = {}
    for day, reason in cursor:
        match = CUT.fullmatch(reason)
        if match and int(match[2]) < int(match[3]):
            found["cut_file", match[1], day] = REFUSED_CUT
    return found


def late_days(root: Path, days: list[date]) -> dict[Identity, str]:
    """The days that came after the day after them, and before the one after that.

    A directory's status changes when it is renamed into place, and never again.
    """
    came = {day: batch_lake.day_directory(root, day).stat().st_ctime_ns for day in days}
    return {
        ("late_day", day.isoformat()): CAME_LATER
        for day in days
        if day + DAY in came
        and came[day] >= came[day + DAY]
        and came[day] <= came.get(day + 2 * DAY, came[day])
    }


def hidden(planted: PlantedFaults, days: Container[date]) -> dict[Identity, str]:
    """The planted faults of files and days that nothing shows, or nothing shows any more.

    A late day that came while the day after it is not there (it is not among `days`) came before
    that one, which is late as well.
    """
    late = {fault.simulated_date for fault in planted.faults if fault.fault == "late_day"}
    found = {}
    for fault in planted.faults:
        day = date.fromisoformat(fault.simulated_date)
        if fault.fault == "cut_file" and day in planted.mended:
            found[fault.identity] = MENDED
        elif fault.fault == "late_day":
            after = day + DAY
            if after.isoformat() in late or after not in days:
                found[fault.identity] = NEIGHBOUR_LATE
            elif planted.mended & {day, after}:
                found[fault.identity] = WRITTEN_AGAIN
    return found
