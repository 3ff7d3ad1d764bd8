"""Every page says when it is in the hospital, how fast that goes, and what is wrong."""

import pytest

from figures.shared import Seen
from monitoring.report import Report
from pages.frame import OLD_SECONDS, pace, passed, verdict, when


def test_all_is_well_only_while_the_look_is_new(report: Report) -> None:
    assert verdict(Seen(report, 0.5, "")) == ("well", "All is well")
    kind, words = verdict(Seen(report, OLD_SECONDS + 1, ""))
    assert (kind, words) == ("old", "No news: these figures are out of date")


def test_a_look_that_failed_is_old_whatever_it_saw(report: Report) -> None:
    kind, words = verdict(Seen(report, 0.5, "no such clock"))
    assert (kind, words) == ("old", "No news: these figures are out of date: no such clock")


def test_what_is_wrong_is_said_in_the_words_of_status(report: Report) -> None:
    wrong = report.model_copy(update={"well": False, "problems": ["kafka: away", "disk: full"]})
    assert verdict(Seen(wrong, 0.5, "")) == ("wrong", "kafka: away; disk: full")


def test_before_the_first_look_nothing_is_claimed() -> None:
    assert verdict(Seen[Report](None, 0, "")) == ("old", "Looking for the first time")
    assert verdict(Seen[Report](None, 0, "no such clock")) == ("old", "no such clock")
    assert when(Seen[Report](None, 0, "no such clock")) == "…"


def test_the_simulated_instant_is_shown_to_the_minute(report: Report) -> None:
    assert when(Seen(report, 0, "")) == "2021-06-09 03:26"
    assert when(Seen(report.model_copy(update={"run": None}), 0, "")) == "not begun"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "day 64 of 1,455, a day takes 8 min 54 s, 8 d 14 h left"),
        ({"real_days": 0}, "day 64 of 1,455, at full speed, 8 d 14 h left"),
        ({"seconds_left": None}, "day 64 of 1,455, a day takes 8 min 54 s"),
        ({"stands": True}, "day 64 of 1,455, paused until clock.pause_at is moved or removed"),
        ({"over": True, "day": 1455}, "day 1,455 of 1,455, the run is over"),
    ],
)
def test_the_pace_is_told_in_words(report: Report, change: dict[str, object], words: str) -> None:
    assert report.run
    assert pace(report.run.model_copy(update=change)) == words


def test_the_progress_is_the_share_of_days_that_have_passed(report: Report) -> None:
    assert report.run
    assert passed(None) == 0
    assert passed(report.run) == pytest.approx(63 / 1455)
    assert passed(report.run.model_copy(update={"over": True})) == 1
