"""How findings are scored against a key made by hand."""

import pytest

from scoring import screen
from scoring.answers import Identity, Planted
from scoring.score import Score, is_perfect, messages_and_days_that_follow, score

DAY = "2021-04-07"
LATE = Planted(
    fault="late_message", simulated_date=DAY, event_id="a", published_at="2021-04-07T09:00:00Z"
)
TWICE = Planted(fault="duplicated_message", simulated_date=DAY, event_id="b")
BROKEN = Planted(fault="malformed_message", simulated_date=DAY, event_id="c", value_sha256="0f")
GONE = Planted(fault="missing_message", simulated_date=DAY, event_id="d")
ROW = Planted(fault="wrong_row", simulated_date=DAY, dataset="shifts", line=7)
CUT = Planted(fault="cut_file", simulated_date=DAY, dataset="shifts", bytes=900)
LATE_DAY = Planted(fault="late_day", simulated_date=DAY)
KEY = [LATE, TWICE, BROKEN, GONE, ROW, CUT, LATE_DAY]


def found(*faults: Planted) -> dict[Identity, str]:
    return {fault.identity: "a look" for fault in faults}


def of(scores: list[Score], fault: str) -> Score:
    return next(of_kind for of_kind in scores if of_kind.fault == fault)


def test_whoever_finds_everything_is_perfect() -> None:
    scores = score(KEY, found(*KEY), {}, set())
    assert is_perfect(scores)
    assert [of_kind.planted for of_kind in scores] == [1] * 7
    assert [of_kind.found.total() for of_kind in scores] == [1] * 7


def test_findings_of_nobody_score_nothing() -> None:
    scores = score(KEY, {}, {}, set())
    assert not is_perfect(scores)
    assert sum(of_kind.found.total() for of_kind in scores) == 0
    assert [of_kind.missed for of_kind in scores] == [[fault.identity] for fault in KEY]


def test_what_is_not_planted_is_a_false_alarm() -> None:
    alarm = ("wrong_row", "shifts", DAY, "8")
    scores = score([ROW], {**found(ROW), alarm: ""}, {}, set())
    assert of(scores, "wrong_row").false_alarms == [alarm]
    assert not is_perfect(scores)


def test_what_follows_from_a_planted_fault_is_no_false_alarm() -> None:
    following = ("wrong_row", "discharges", DAY, "8")
    scores = score([ROW], {**found(ROW), following: ""}, {}, {following})
    assert is_perfect(scores)
    assert of(scores, "wrong_row").follow == 1


def test_what_cannot_be_found_is_not_missed_but_counts_if_somebody_finds_it() -> None:
    hidden = {LATE.identity: "overtook nobody"}
    nobody = of(score([LATE], {}, hidden, set()), "late_message")
    somebody = of(score([LATE], found(LATE), hidden, set()), "late_message")
    assert (nobody.hidden, nobody.missed, nobody.planted) == ({"overtook nobody": 1}, [], 1)
    assert (somebody.hidden, somebody.found) == ({}, {"a look": 1})
    assert is_perfect([nobody])


def test_messages_of_the_same_bytes_are_found_together() -> None:
    again = Planted(fault="malformed_message", simulated_date=DAY, event_id="e", value_sha256="0f")
    scores = score([BROKEN, again], found(BROKEN), {}, set())
    assert of(scores, "malformed_message").found == {"a look": 2}


@pytest.mark.parametrize(
    ("finding", "due_before", "follows"),
    [
        (("late_message", "b"), "2021-04-08T00:00:00Z", True),  # the second copy comes late
        (("missing_message", "c"), "2021-04-08T00:00:00Z", True),  # no valid copy came
        (("missing_message", "a"), "2021-04-07T08:00:00Z", True),  # it is still to come
        (("missing_message", "a"), "2021-04-08T00:00:00Z", False),  # it has come
        (("late_day", DAY), "2021-04-08T00:00:00Z", True),  # its directory was written again
        (("missing_message", "b"), "2021-04-08T00:00:00Z", False),
    ],
)
def test_findings_about_planted_faults_may_be_true_in_another_way(
    finding: Identity, due_before: str, follows: bool
) -> None:
    assert (finding in messages_and_days_that_follow(KEY, due_before)) == follows


def test_the_table_says_how_each_was_found_or_why_it_cannot_be() -> None:
    findings = {**found(TWICE), ("late_day", "2021-04-09"): ""}
    hidden = {LATE.identity: "overtook nobody"}
    table = list(screen.lines(score([LATE, TWICE, GONE], findings, hidden, set())))
    text = "\n".join(table)
    assert table[0].split() == ["fault", "planted", "found", "missed", "false", "alarms"]
    assert ["duplicated_message", "1", "1", "0", "0"] in [line.split() for line in table]
    assert "1 found: a look" in text
    assert "1 cannot be found: overtook nobody" in text
    assert "missed: event_id d" in text
    assert "false alarm: simulated_date 2021-04-09" in text


def test_the_table_names_a_few_of_many() -> None:
    many = [
        Planted(fault="missing_message", simulated_date=DAY, event_id=f"e{number}")
        for number in range(12)
    ]
    table = [line for line in screen.lines(score(many, {}, {}, set())) if "missed: " in line]
    assert len(table) == screen.SHOWN + 1
    assert table[-1].endswith("missed: 7 more")
