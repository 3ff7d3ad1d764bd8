"""What is saved of a configuration is its meaning: no comments, white space, order or pace."""

from pathlib import Path

import pytest

from pipeline.run import config_store
from pipeline.run.clock import Pace
from pipeline.settings import ConfigurationError, place_in_files

SIMULATION = "clock: {real_days: 9}\nrun: {start_date: 2021-04-07, days: 30}\nrate: 1.5\n"
STAFFING = "roles:\n  nurse: {headcount: 10}\n"


def files(root: Path, simulation: str = SIMULATION, staffing: str = STAFFING) -> Path:
    """A configs directory."""
    (root / "simulation.yaml").write_text(simulation)
    (root / "staffing.yaml").write_text(staffing)
    return root


def test_the_pace_is_not_part_of_the_content(tmp_path: Path) -> None:
    read = config_store.read_files(files(tmp_path))
    assert read.pace == Pace(real_days=9)
    assert read.content == {
        "simulation": {"run": {"start_date": "2021-04-07", "days": 30}, "rate": 1.5},
        "staffing": {"roles": {"nurse": {"headcount": 10}}},
    }


@pytest.mark.parametrize(
    "simulation",
    [
        "# comment\n" + SIMULATION,
        SIMULATION.replace(": ", ":   "),
        SIMULATION.replace("real_days: 9", "real_days: 0.5"),
        SIMULATION.replace("real_days: 9", "real_days: 9, pause_at: 2021-04-20"),
        "rate: 1.5\nrun:\n  days: 30\n  start_date: '2021-04-07'\nclock: {real_days: 9}\n",
        SIMULATION.replace("\n", "\r\n"),
    ],
)
def test_what_means_the_same_has_the_same_hash(tmp_path: Path, simulation: str) -> None:
    before = config_store.canonical(config_store.read_files(files(tmp_path)).content)
    assert (
        config_store.canonical(config_store.read_files(files(tmp_path, simulation)).content)
        == before
    )


@pytest.mark.parametrize(
    ("simulation", "staffing"),
    [
        (SIMULATION.replace("1.5", "1.6"), STAFFING),
        (SIMULATION.replace("1.5", "'1.5'"), STAFFING),
        (SIMULATION, STAFFING.replace("10", "11")),
        (SIMULATION + "more: null\n", STAFFING),
    ],
)
def test_what_means_something_else_has_another_hash(
    tmp_path: Path, simulation: str, staffing: str
) -> None:
    before = config_store.canonical(config_store.read_files(files(tmp_path)).content)
    assert (
        config_store.canonical(
            config_store.read_files(files(tmp_path, simulation, staffing)).content
        )
        != before
    )


def test_what_is_saved_is_loaded_by_its_hash(tmp_path: Path) -> None:
    content = config_store.read_files(files(tmp_path)).content
    digest = config_store.save(tmp_path / "configurations", content)
    assert config_store.save(tmp_path / "configurations", content) == digest
    assert config_store.load(tmp_path / "configurations", digest) == content
    assert [p.name for p in (tmp_path / "configurations").iterdir()] == [f"{digest}.json"]


def test_a_damaged_configuration_is_refused(tmp_path: Path) -> None:
    digest = config_store.save(tmp_path / "c", {"a": 1})
    (tmp_path / "c" / f"{digest}.json").write_bytes(b'{"a":2}')
    with pytest.raises(ConfigurationError, match=f"simulation volume: c/{digest}.json is damaged"):
        config_store.load(tmp_path / "c", digest)


@pytest.mark.parametrize("pace", ["1e9", "1E3", ".5", "+3", "0"])
def test_a_pace_may_be_any_number_from_0_on(tmp_path: Path, pace: str) -> None:
    read = config_store.read_files(files(tmp_path, f"clock: {{real_days: {pace}}}\n"))
    assert read.pace.real_days == float(pace)


@pytest.mark.parametrize(
    ("simulation", "reason"),
    [
        (SIMULATION.replace("clock", "clok"), "simulation.yaml: clock: got nothing, expected"),
        ("clock: {}\n", "simulation.yaml: clock.real_days: got nothing, expected a value"),
        ("clock:\n", "simulation.yaml: clock: got null, expected a mapping of keys"),
        ("clock: 9\n", "simulation.yaml: clock: got 9, expected a mapping of keys"),
        ("clock: {real_days: -1}\n", "clock.real_days: got -1, expected 0 or more"),
        ("clock: {real_days: soon}\n", "clock.real_days: got soon, expected a number"),
        ("clock: {real_days: 9, reel: 1}\n", "clock.reel: unknown key (a typo?)"),
        *(
            (
                f"clock: {{real_days: 9, pause_at: {wrong}}}\n",
                f"simulation.yaml: clock.pause_at: got {got}, expected a date such as 2021-04-20 "
                "or an instant such as 2021-04-20T06:00:00Z",
            )
            for wrong, got in (
                *((text, text) for text in ("soon", "2021-02-30", "20210420", "true", "[]")),
                ("2021-04-20T06:00:00", '"2021-04-20T06:00:00"'),
            )
        ),
        ("clock: {real_days: .inf}\n", "clock.real_days: got .inf, expected a finite number"),
        ("", "simulation.yaml: got an empty file, expected a mapping"),
        ("run: {start_date: 2021-02-30}\n", "simulation.yaml: "),
        (
            "clock: {real_days: 9}\nweights: {1: 0.5, a: 1}\n",
            "simulation.yaml: line 2, column 11: got the key 1, ",
        ),
        ("clock: {real_days: 9}\na: &loop [*loop]\n", "simulation.yaml: "),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, simulation: str, reason: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        config_store.read_files(files(tmp_path, simulation))
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 500}}, {"a": {"b": 1000}}, ["a.yaml: b: 500 → 1000"]),
        ({"a": 1}, {}, ["a.yaml: the file: 1 → nothing"]),
        ({}, {"a": [1]}, ["a.yaml: the file: nothing → [1]"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a.yaml: 1: 2 → 3"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a.yaml: the file: [1, 2] → [1]"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": "x"}]}, ["a.yaml: 0.b: 1 → x"]),
        ({"a": {"b": 1}}, {"a": 1}, ["a.yaml: the file: {b: 1} → 1"]),
        ({"a": {}}, {"a": {"b": None}}, ["a.yaml: b: nothing → null"]),
        ({"a": {"b": None}}, {"a": {}}, ["a.yaml: b: null → nothing"]),
        ({"a": 1}, {"a": 1.0}, ["a.yaml: the file: 1 → 1.0"]),
        ({"a": True}, {"a": 1}, ["a.yaml: the file: true → 1"]),
        ({"a": 1}, {"a": "1"}, ['a.yaml: the file: 1 → "1"']),
        ({"a": None}, {"a": "null"}, ['a.yaml: the file: null → "null"']),
        ({}, {"a": "nothing"}, ['a.yaml: the file: nothing → "nothing"']),
        (
            {"b": 1, "a": 1},
            {"b": 2, "a": 2},
            ["a.yaml: the file: 1 → 2", "b.yaml: the file: 1 → 2"],
        ),
    ],
)
def test_differences_name_the_key_before_and_after(
    old: object, new: object, expected: list[str]
) -> None:
    changes = config_store.differences(old, new)
    assert [f"{place_in_files(change.keys)}: {change}" for change in changes] == expected


RATES = {"late_message_share": 0.002}
OFF, ON = {"enabled": False, **RATES}, {"enabled": True, **RATES}


def with_faults(faults: object) -> dict[str, dict[str, object]]:
    return {"simulation": {"run": 1, "faults": faults}}


NO_FAULTS: dict[str, dict[str, object]] = {"simulation": {"run": 1}}


@pytest.mark.parametrize("faults", [OFF, {}, RATES, {"enabled": False}])
def test_faults_that_are_off_are_not_in_force(faults: object) -> None:
    assert config_store.in_force(with_faults(faults)) == NO_FAULTS
    assert config_store.in_force(NO_FAULTS) == NO_FAULTS
    assert config_store.in_force(with_faults(ON)) == with_faults(ON)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (NO_FAULTS, with_faults(OFF), []),
        (NO_FAULTS, with_faults(RATES), []),
        (NO_FAULTS, with_faults(ON), ["false → true"]),
        (with_faults(ON), NO_FAULTS, ["true → false"]),
        (with_faults(OFF), with_faults(OFF | {"late_message_share": 1}), ["0.002 → 1"]),
        (NO_FAULTS, with_faults(5), ["nothing → 5"]),
    ],
)
def test_faults_that_are_off_are_in_no_saved_content_and_still_change_key_by_key(
    old: dict[str, dict[str, object]], new: dict[str, dict[str, object]], expected: list[str]
) -> None:
    assert [str(change) for change in config_store.changes(old, new)] == expected
