"""What the run was, how much it brought, and whether its laws hold: in tables."""

from collections.abc import Iterable
from datetime import datetime

from figures.marks import Course
from figures.tables import Row
from monitoring.report import Batch, Report, Stream
from pages.markup import table
from summary.asking import Session
from summary.document import Section

ROWS = """
select dataset, count(*) as files, sum(rows_loaded)::bigint as loaded,
       sum(rows_rejected)::bigint as rejected
from lake.ingested_files group by dataset order by dataset
"""
REJECTS = """
select dataset, reason, rows, first_date, last_date
from insight.rejects_by_reason order by rows desc, dataset, reason limit 20
"""
LAWS = {
    "law_of_the_beds": "No bed has two patients.",
    "law_of_the_census": "The change of a ward's census equals admissions minus exits.",
    "law_of_the_closed_wards": "A closed ward admits, receives and staffs nobody.",
    "law_of_the_shifts": "Nobody works two shifts at once.",
}
SHOWN = 5


def of_the_run(look: Report, course: Course, as_of: datetime) -> Section:
    """Which run it is, and how far it has come."""
    run, configuration, batch = look.run, look.configuration, look.batch
    assert run and configuration
    what, hospitals = course.simulation["run"], course.simulation["hospitals"]
    until = (
        "it is over" if run.over else f"it is {run.simulated_time:%Y-%m-%d %H:%M} in the hospital"
    )
    lines = [
        ("Simulated days", f"{run.first_day} to {run.last_day}, {run.days:,} days; {until}"),
        ("In the tables", f"the days up to {as_of:%Y-%m-%d %H:%M}"),
        ("Hospitals", ", ".join(f"{name} {it['name']}" for name, it in hospitals.items())),
        ("Seed", what["seed"]),
        ("Model version", configuration.model_version),
        ("Configuration in force", configuration.sha256),
        ("Fingerprint", _fingerprint(batch)),
    ]
    if configuration.overlay:
        lines.append(("Overlay", configuration.overlay))
    words = "The same seed, configuration and edits give the same fingerprint."
    return Section("The run", words, table(("What", "In this run"), lines))


def _fingerprint(batch: Batch | None) -> str:
    if batch is None:
        return "no day is published"
    return f"{batch.fingerprint or batch.damage}, of the days up to {batch.newest_day}"


def of_edits(course: Course) -> Section:
    """What was changed while it ran."""
    if not course.edits:
        return Section("Edits", "The configuration was not edited while the run went on.")
    lines = [(f"{edit.begin:%Y-%m-%d %H:%M}", edit.words) for edit in course.edits]
    words = (
        f"Edits of the configuration: {len(lines):,}. The charts below mark when they took effect."
    )
    return Section("Edits", words, table(("In force from", "What changed"), lines))


def of_the_stream(stream: Stream) -> Section:
    """Events by topic."""
    if not stream.topics:
        return Section("Events", "Kafka does not answer, so that events are not counted.")
    total = sum(topic.events for topic in stream.topics)
    dead = sum(topic.dead_letters for topic in stream.topics)
    why = "" if dead else " No record broke its topic's contract."
    lines = ((t.name, f"{t.events:,}", f"{t.dead_letters:,}", t.last_reason) for t in stream.topics)
    head = ("Topic", "Events#", "Dead letters#", "Reason of the last")
    return Section("Events", f"Kafka has {total:,} events.{why}", table(head, lines))


def of_the_tables(tables: Session) -> Section:
    """Rows by dataset, and why some were rejected."""
    rows, rejects = tables.ask(ROWS), tables.ask(REJECTS)
    loaded, rejected = (sum(row[what] for row in rows) for what in ("loaded", "rejected"))
    words = f"{loaded:,} rows were loaded, {rejected:,} rejected."
    numbers = ("files", "loaded", "rejected")
    listed = table(
        ("Dataset", "Files#", "Rows loaded#", "Rows rejected#"),
        ((row["dataset"], *(f"{row[name]:,}" for name in numbers)) for row in rows),
    )
    if rejects:
        listed += table(
            ("Dataset", "Reason", "Rows#", "First day", "Last day"),
            (tuple(row.values()) for row in rejects),
        )
    return Section("Rows", words, listed)


def of_the_laws(tables: Session) -> Section:
    """Whether each law holds, and the first rows that break one."""
    found = {
        law: tables.ask(f"select *, count(*) over () as broken from insight.{law} limit {SHOWN}")
        for law in LAWS
    }
    broken = {law: rows[0]["broken"] if rows else 0 for law, rows in found.items()}
    lines = ((law, words, f"{broken[law]:,}") for law, words in LAWS.items())
    listed = table(("Law", "What it says", "Rows that break it#"), lines)
    listed += "".join(_rows(rows) for rows in found.values() if rows)
    words = "Every law of the hospital holds: no row breaks one."
    if any(broken.values()):
        words = f"{sum(broken.values()):,} rows break a law; the first of each law are shown."
    return Section("Laws", words, listed)


def _rows(rows: Iterable[Row]) -> str:
    lines = [{name: value for name, value in row.items() if name != "broken"} for row in rows]
    return table(tuple(lines[0]), (tuple(line.values()) for line in lines))
