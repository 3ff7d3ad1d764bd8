"""The page Now in words: what a person reads, and nothing of what a name could smuggle in."""

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from figures.lake_events import Behind, Event
from figures.network import Network, Ward
from figures.present import Journey, Moved, Present
from figures.wards import Total, WardNow
from pages import now_tables, ward_map

HOSTILE = "<script>alert(1)</script>"
NETWORK = Network(
    {"JHB": "Central Hospital", "BAD": HOSTILE},
    {"JHB-MED": Ward("JHB-MED", "JHB", "Internal medicine", 20, 8)},
    ["doctor", "nurse", "nursing_assistant"],
)
NOW = "2021-04-08T13:05:00Z"
PRESENT = Present(
    as_of=NOW,
    since="2021-04-08T00:00:00Z",
    stream_until=NOW,
    stays={},
    closed=set(),
    moved=Moved(Counter(JHB=1234), Counter(JHB=5), Counter()),
    journeys=[Journey("inter_hospital", "BAD", "JHB", "2021-04-08T13:00:00Z")],
    shifts=[],
    newest=[],
)


def ward(**changes: object) -> WardNow:
    """A ward with three patients in its 20 beds, and four who wait."""
    waiting = ["2021-04-08T08:00:00Z", *["2021-04-08T13:00:00Z"] * 3]
    usual = WardNow(
        NETWORK.wards["JHB-MED"], False, frozenset({1, 2, 20}), waiting, Counter(nurse=0)
    )
    changed: dict[str, Any] = {**changes}
    return usual._replace(**changed)


def words(markup: str) -> str:
    """What is read aloud."""
    return " ".join(re.sub("<[^>]*>", " ", markup).split())


def test_each_bed_is_a_square_and_each_boarder_a_circle() -> None:
    drawn = ward_map.beds_map(20, {1, 2, 20}, 4)
    taken = re.search('class="taken" d="([^"]*)"', drawn)
    free = re.search('class="free" d="([^"]*)"', drawn)
    boards = re.search('class="boards" d="([^"]*)"', drawn)
    assert taken and free and boards
    assert [path[1].count("M") for path in (taken, free, boards)] == [3, 17, 4]


def test_a_hospital_says_its_beds_its_boarders_and_who_came() -> None:
    text = words(ward_map.hospital("JHB", "Central Hospital", [ward()], PRESENT))
    assert "3 of 20 open beds taken (15 %); 4 patients board, the longest for 5 h 5 min." in text
    assert "Since 2021-04-08 00:00: 1,234 registered, 5 admitted, 0 discharged." in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "3 of 20 taken"),
        ({}, "4 board, the longest for 5 h 5 min"),
        ({"is_closed": True}, "closed, 20 beds"),
        ({"taken": frozenset(range(1, 21))}, "full, 20 beds"),
        ({"waiting": ["2021-04-08T13:00:00Z"]}, "1 boards, for 5 min"),
    ],
)
def test_a_ward_says_in_words_what_its_colours_say(changes: dict[str, Any], expected: str) -> None:
    assert expected in words(ward_map.hospital("JHB", "Central", [ward(**changes)], PRESENT))


def test_a_hospital_without_open_beds_has_no_share_of_them() -> None:
    assert ward_map.in_words(Total(0, 0, 0, ""), NOW) == "0 of 0 open beds taken; nobody boards."


def test_a_ward_with_too_few_nurses_says_how_many_are_missing() -> None:
    text = words(now_tables.staff([ward()], NETWORK))
    assert "Nurses Needed Patients per nurse At most Doctors Nursing assistants" in text
    assert "JHB Internal medicine 7 0, 1 short 1 8 0 0" in text
    text = words(now_tables.staff([ward(staff=Counter(nurse=2, doctor=1))], NETWORK))
    assert "JHB Internal medicine 7 2 1 3.5 8 1 0" in text


def test_waits_are_told_by_triage_and_hospital() -> None:
    row = {
        "simulated_date": date(2021, 4, 7),
        "hospital_id": "JHB",
        "triage": "yellow",
        "target_minutes": 60,
        "visits": 12,
        "seen": 8,
        "seen_within_target": 6,
        "left_before_seen": 4,
        "waiting_seconds": 8 * 55 * 60,
        "longest_wait_seconds": 2 * 3600,
    }
    nobody = row | {"hospital_id": "PTA", "seen": 0, "longest_wait_seconds": None}
    text = words(now_tables.waits([row, nobody]))
    assert "yellow, 1 h JHB 75 % 55 min 2 h 12 PTA nobody was seen 12" in text


def test_a_journey_says_since_when_it_is_under_way() -> None:
    text = words(now_tables.road(PRESENT, NETWORK))
    assert "Central Hospital transfer 2021-04-08 13:00, 5 min" in text
    assert now_tables.road(PRESENT._replace(journeys=[]), NETWORK) == ""


def test_each_partition_that_is_behind_is_named_with_the_instant_up_to_which_it_is_known() -> None:
    text = now_tables.behind(
        [
            Behind("hospital.admissions", 1, "2021-04-08T09:10:11Z"),
            Behind("hospital.transports", 0, ""),
        ]
    )
    assert "partition 1 of hospital.admissions has events up to 2021-04-08 09:10 only" in text
    assert "partition 0 of hospital.transports has no events of these days" in text
    assert now_tables.behind([]) == ""


def test_no_name_is_taken_for_markup() -> None:
    events = [Event("registered", NOW, hospital_id=HOSTILE, arrival_mode=HOSTILE)]
    hostile = PRESENT._replace(newest=events)
    bad = ward(ward=Ward("X", HOSTILE, HOSTILE, 20, 8))
    for markup in (
        ward_map.hospital("JHB", HOSTILE, [bad], PRESENT),
        now_tables.staff([bad], NETWORK),
        now_tables.road(PRESENT, NETWORK),
        now_tables.newest(hostile, NETWORK),
    ):
        assert "<script" not in markup
