"""What `follow` says of a patient's rows: loaded, rejected, refused, of the batch only."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.broker.topics import read_topics
from pipeline.settings import FollowSettings, read
from trail import following
from trail.places import Event, Place, State
from trail.story import Story

from .own_database import Database
from .small_lake import BORN_ON_DAY_ONE, ONE, ROOT, Lake

NO_BROKER = "127.0.0.1:1"
Follow = Callable[..., Story]


@pytest.fixture
def tell(database: Database, lake: Lake, tmp_path: Path) -> Follow:
    """Follows a patient through the batch lake and the tables; no stream and no Kafka is there."""
    own = database.settings
    names = ("host", "port", "db", "analyst_user", "analyst_password")
    (tmp_path / "stream").mkdir()
    settings = read(FollowSettings).model_copy(
        update={
            **{f"postgres_{name}": getattr(own, f"postgres_{name}") for name in names},
            "configs_dir": ROOT / "configs",
            "batch_lake_dir": lake.root,
            "stream_lake_dir": tmp_path / "stream",
            "simulation_dir": tmp_path,
            "kafka_bootstrap_servers": NO_BROKER,
        }
    )

    def one(patient_id: str | None, **changes: object) -> Story:
        topics = read_topics(settings.configs_dir)
        changed = settings.model_copy(update=changes)
        return following.follow(changed, topics, lake.datasets, patient_id)

    return one


def tables(story: Story) -> dict[str, Place]:
    """By event_type, what the table has."""
    return {event.event_type: event.places["table"] for event in story.events}


def test_each_row_of_a_loaded_day_is_found_with_its_line_and_key(
    database: Database, three_days: Lake, tell: Follow
) -> None:
    database.ingest()
    story = tell("P0000001")
    assert [event.event_type for event in story.events] == [
        *("people", "registered", "admitted", "transferred", "discharged")
    ]
    assert {event.places["csv"].state for event in story.events} == {State.FOUND}
    assert {place.state for place in tables(story).values()} == {State.FOUND}
    for event in story.events:
        where = event.places["csv"].where
        text = (three_days.root / str(where["path"])).read_text().splitlines()
        assert "P0000001" in text[int(str(where["line"])) - 1]
    assert tables(story)["transferred"].where["key"] == {"event_id": "JHB-E2021040700-001:A02-1"}
    assert "Unable to bootstrap" in (story.away["Kafka"] or "")


@pytest.mark.parametrize(
    ("patient", "event_type", "title"),
    [
        ("P0000003", "postponed", "put off to 2021-12-31T08:00:00Z: beds_full"),
        ("P0000002", "visit_ended", "emergency visit at JHB over: left_before_seen"),
        (BORN_ON_DAY_ONE, "person_changed", "in the register: born"),
    ],
)
def test_what_only_the_batch_tells_is_part_of_the_life(
    database: Database, three_days: Lake, tell: Follow, patient: str, event_type: str, title: str
) -> None:
    database.ingest()
    [event] = [event for event in tell(patient).events if event.event_type == event_type]
    assert title in event.title
    assert event.places["broker"].why.startswith("batch only")
    assert event.places["table"].state == State.FOUND


def test_a_rejected_row_is_told_with_its_reason(
    database: Database, three_days: Lake, tell: Follow
) -> None:
    # Every row of a small file may be bad.
    database.settings = database.settings.model_copy(update={"max_rejected_share": 1.0})
    content = three_days.file(ONE, "registrations").read_bytes()
    spoilt = content.replace(b"walk_in", b"on_foot")
    three_days.publish_again(ONE, "registrations", spoilt, rows=2)
    database.ingest()
    rows = tables(tell("P0000001"))
    [reason] = [r for _, name, _, r in database.rejected() if name == "registrations"]
    assert rows["registered"].state == rows["admitted"].state == State.REFUSED
    assert rows["registered"].why == f"rejected: {reason}"
    assert rows["people"].state == State.FOUND


def test_a_refused_day_and_what_waits_for_it_are_told(
    database: Database, three_days: Lake, tell: Follow
) -> None:
    path = three_days.file(ONE, "registrations")
    path.write_bytes(path.read_bytes()[:-1])
    database.ingest()
    rows = tables(tell("P0000001"))
    assert rows["admitted"].why == f"{ONE} was refused: {database.refused()[ONE]}"
    assert rows["discharged"].state == State.REFUSED
    assert "it is loaded once the earlier day that it waits for is" in rows["discharged"].why


def test_the_search_is_narrowed_by_the_tables_and_finds_the_same_without_them(
    database: Database, three_days: Lake, tell: Follow
) -> None:
    def in_files(events: list[Event]) -> list[tuple[str, Place]]:
        return [(event.title, event.places["csv"]) for event in events]

    database.ingest()
    for patient in ("P0000001", "P0000002", "P0000003", BORN_ON_DAY_ONE):
        usual, alone = tell(patient), tell(patient, postgres_port=1)
        assert usual.away["Postgres"] is None
        assert "refused" in (alone.away["Postgres"] or "")
        assert in_files(usual.events) == in_files(alone.events)


def test_who_was_moved_and_went_home_is_picked(
    database: Database, three_days: Lake, tell: Follow
) -> None:
    database.ingest()
    story = tell(None)
    assert (story.patient_id, story.picked) == ("P0000001", "a transfer, a discharge")
    assert tell("P0000009").events == []


def test_before_anybody_came_nobody_is_picked(tell: Follow) -> None:
    with pytest.raises(ValueError, match="nobody has been registered yet"):
        tell(None)
