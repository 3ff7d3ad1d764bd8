"""Medians, ratios and tables of `make bench`."""

from benchmarks.results import Section, Trial, compared, interleaved, page, ratio

OURS = [Trial(100, 2.0, 0.001), Trial(100, 1.0, 0.003), Trial(100, 4.0, 0.002)]
BARE = [Trial(100, 1.0), Trial(100, 1.0), Trial(100, 1.0)]


def test_each_round_measures_everything_once() -> None:
    order: list[str] = []

    def trial(name: str) -> Trial:
        order.append(name)
        return Trial(len(order), 1.0)

    trials = interleaved(2, {"bare": lambda: trial("bare"), "ours": lambda: trial("ours")})
    assert order == ["bare", "ours", "bare", "ours"]
    assert [trial.done for trial in trials["ours"]] == [2, 4]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    assert ratio(OURS, BARE) == 0.5
    # A slow minute of the machine, which hit both in the second round, changes nothing.
    slow_round = [Trial(100, 1.0), Trial(100, 20.0), Trial(100, 1.0)]
    assert ratio([Trial(50, 1.0), Trial(50, 20.0), Trial(50, 1.0)], slow_round) == 0.5


def test_a_comparison_shows_median_range_cost_and_ratio() -> None:
    section = compared("hop", "A hop", "events", {"bare": BARE, "ours": OURS}, "bare")
    assert section.rows == [
        ("bare", "100 (100 to 100)", "–", "100 %"),
        ("ours", "50 (25 to 100)", "20.0", "50 %"),
    ]
    assert section.columns[-1] == "speed, of bare"
    assert section.figures["ratios"] == {"bare": 1.0, "ours": 0.5}


def test_a_page_has_the_facts_and_a_table_for_each_section() -> None:
    section = Section("one", "One", ("What", "Figure"), [("start", "3 s")], {})
    assert page("Found", {"Date": "2021-04-07"}, [section]) == (
        "# Found\n\n"
        "- Date: 2021-04-07\n\n"
        "## One\n\n"
        "| What | Figure |\n"
        "| :-- | --: |\n"
        "| start | 3 s |\n"
    )
