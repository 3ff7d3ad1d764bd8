"""The shape of a look: what `status --json` prints. A key is only ever added, never changed.

A section is null while what it comes from is away or not there yet; `problems` then says so. All
instants are ISO 8601; simulated ones end in Z, because the hospital's time zone is written as UTC.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the report."""

    model_config = ConfigDict(
        frozen=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Run(Section):
    """Where the hospital is."""

    simulated_time: datetime
    """The present instant in the hospital."""
    day: int
    """The day of the run, from 1."""
    days: int
    """How many days the run has."""
    first_day: date
    """The first simulated day."""
    last_day: date
    """The last one."""
    open_until: datetime
    """Up to which hour events are drawn; an edit takes effect from here."""
    real_days: float
    """The pace: real days for the whole run; 0 is full speed."""
    pause_at: datetime | None
    """Where time will stand, or stands; null if nowhere."""
    stands: bool
    """Whether `pause_at` stops time at the present instant."""
    over: bool
    """Whether all days have passed."""
    seconds_left: float | None
    """Real seconds to the pause or the end of the run, 0 once it is reached; null while the speed
    is unknown or no scheduler runs."""
    events: int | None
    """Events in the journal; null until the scheduler has said so."""


class Edit(Section):
    """An edit of the configuration files."""

    accepted: bool
    """False if it was refused."""
    from_hour: datetime
    """The first hour under it, or the one that a refused edit would have been in force from."""
    text: str
    """What changed, or why the edit was refused."""


class Configuration(Section):
    """What the hospital runs under."""

    sha256: str
    """The hash of the configuration in force, by which the manifests name it."""
    model_version: int
    """The version of the model that draws the events."""
    overlay: str
    """The file in configs/ that is laid over the others; empty if none is."""
    refused: str
    """Why the files, as they are now, are refused; empty if they are not."""
    edits: list[Edit]
    """The last edits, the newest first."""


class Service(Section):
    """One replica of a service, or a server."""

    name: str
    """As in docker-compose.yml."""
    replica: int
    """From 1; a service may run more than once."""
    well: bool
    """Whether it does its work."""
    state: Literal["works", "waits", "hangs", "silent", "stopped", "ended", "away"]
    """`waits`: it cannot work until something outside it changes, which `reason` names; `hangs`:
    completes no turn; `silent`: its status file is not replaced, so it is frozen or its disk hangs;
    `ended`: its process is gone; `away`: a server that does not answer."""
    reason: str = ""
    """What it waits for, or why it ended."""
    doing: str = ""
    """What takes long just now; empty in ordinary work."""
    rates_per_second: dict[str, float] = {}
    """What it does, over the last ten seconds."""
    counts: dict[str, int] = {}
    """What it did since it was started."""
    starts: int = 0
    """Starts of this replica; 0 for a server."""
    restarts: int = 0
    """Starts after an end that nobody asked for."""
    seconds_since_turn: float | None = None
    """Since it last completed a turn of its loop; null for a server."""
    last_end: str = ""
    """Why it ended last without being asked to; empty if it never did."""
    last_refusal: str = ""
    """What it refused last: an edit, a day, a record."""


class Topic(Section):
    """One topic in the broker."""

    name: str
    """As in configs/topics.yaml."""
    events: int
    """Records in the broker."""
    dead_letters: int
    """Records that break the topic's contract, kept in its dead letter topic."""
    last_reason: str
    """Why its newest dead letter is one, or that another program sent it; empty if it has none."""


class Stream(Section):
    """The stream path: journal → Kafka → lake."""

    unpublished: int | None
    """Events of the hours that have passed which the producer has not published yet."""
    topics: list[Topic]
    """Empty while the broker is away."""
    unwritten: int | None
    """Records in the broker beyond what the stream_processors have committed; null while the broker
    is away."""
    missing_copies: int | None = None
    """Partitions that fewer brokers keep than should, because one is away or still catches up; null
    while no broker answers."""


class Warehouse(Section):
    """What is in the tables, by the ledger."""

    days_loaded: int
    """Days whose rows are in the tables."""
    days_behind: int
    """Published days that are neither loaded nor refused."""
    files: int
    """Files that were loaded."""
    rows: int
    """Rows that were loaded."""
    rows_rejected: int
    """Rows that were not, each with its reason in lake.rejected_rows."""
    last_rejects: list[str]
    """The reasons of the newest rejected rows, the newest first."""
    days_refused: dict[date, str]
    """Days that cannot be loaded, and why."""


class Batch(Section):
    """The batch path: days published → days loaded."""

    days_published: int
    """Days in the batch lake, day zero included."""
    newest_day: date
    """The newest of them."""
    fingerprint: str
    """The hash of the newest manifest, which stands for all days; empty if that is damaged."""
    damage: str
    """What is wrong with the newest manifest; empty if nothing."""
    warehouse: Warehouse | None
    """What is in the tables; null while Postgres is away."""


class Volume(Section):
    """Disk space of a part of the pipeline."""

    name: str
    """journal, stream lake, batch lake, Kafka or Postgres."""
    bytes: int
    """Used now."""
    predicted_bytes: int | None
    """At the end of the run, at the present rate of arrivals; null if unknown."""
    free_bytes: int | None
    """Left on its disk; null if it lies with a server."""


class Report(Section):
    """One look at the whole."""

    format: Literal[1] = 1
    """The number of this shape."""
    at: datetime
    """When the look was taken, wall-clock time."""
    well: bool
    """Whether `problems` is empty."""
    problems: list[str]
    """What is wrong, each in a line."""
    run: Run | None
    configuration: Configuration | None
    services: list[Service]
    stream: Stream
    batch: Batch | None
    volumes: list[Volume]
