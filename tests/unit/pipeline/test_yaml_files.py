"""A YAML file is read as it looks, or refused with the line, what it says and what was expected."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.broker.topics import read_topics
from pipeline.run import config_store
from pipeline.settings import ConfigurationError
from pipeline.warehouse.datasets import read_datasets
from pipeline.yaml_files import MAX_VALUES, read_yaml

CONFIGS = Path(__file__).parents[3] / "configs"
BILLION = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def read(root: Path, content: str | bytes) -> dict[str, object]:
    path = root / "simulation.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_yaml(path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_our_own_files_are_read(path: Path) -> None:
    assert read_yaml(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("", None), ("~", None), ("null", None), ("true", True), ("False", False)),
        *(("0", 0), ("-7", -7), ("+7", 7), ("1455", 1455)),
        *(("0.5", 0.5), (".5", 0.5), ("-.5", -0.5), ("5.", 5.0), ("-0.0", 0.0)),
        *(
            ("1e3", 1000.0),
            ("1E3", 1000.0),
            ("1e9", 1e9),
            ("1.5E-3", 0.0015),
            ("1.5e+3", 1500.0),
            (".inf", float("inf")),
        ),
        # Text for people, for YAML 1.1 and for YAML 1.2.
        *(("2021-04-07", "2021-04-07"), ("2021-02-30", "2021-02-30"), ("N", "N"), ("y", "y")),
        *(("08", "08"), ("09:30", "09:30"), ("1,5", "1,5"), ("=", "="), ("DDNNOOOO", "DDNNOOOO")),
        *((f'"{text}"', text) for text in ("no", "010", "12:30", "1_000", "0x10", " padded ")),
        ("'on'", "on"),
        ("|\n  no\n", "no\n"),
    ],
)
def test_a_value_is_what_it_looks_like(tmp_path: Path, text: str, value: object) -> None:
    read_value = read(tmp_path, f"a: {text}\n")["a"]
    assert (type(read_value), read_value) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        *((word, "true") for word in ("yes", "Yes", "YES", "on", "On", "ON")),
        *((word, "false") for word in ("no", "No", "NO", "off", "Off", "OFF")),
        *(("12:30", "750"), ("1:30", "90"), ("-1:30:00", "-5400"), ("1:30.5", "90.5")),
        *(("010", "8"), ("0777", "511"), ("00", "0"), ("01.5", "1.5")),
        *(("0x10", "16"), ("0b101", "5"), ("1_000", "1000"), ("1_000.5", "1000.5")),
    ],
)
def test_what_yaml_1_1_alone_reads_is_refused(tmp_path: Path, text: str, reading: str) -> None:
    expected = "true or false" if reading in ("true", "false") else "a decimal number such as 8 or"
    for content, column in ((f"b: 1\na: {text}\n", 4), (f"b: 1\n{text}: 1\n", 1)):
        with pytest.raises(ConfigurationError) as refusal:
            read(tmp_path, content)
        assert str(refusal.value).startswith(
            f"simulation.yaml: line 2, column {column}: got {text}, which YAML reads as {reading}, "
            f"expected {expected}"
        )
        assert str(refusal.value).endswith(f'or "{text}" in quotes if it is text')


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: got the key a, which line 1 has already"),
        ("x:\n  a: {c: 1}\n  a: 2\n", "line 3, column 3: got the key a, which line 2 has"),
        ("x: [{a: 1, a: 1}]\n", "line 1, column 12: got the key a, which line 1 has already"),
        ("a: 1\n'a': 2\n", "line 2, column 1: got the key a, which line 1 has already"),
        ("a: &b {c: 1}\nd:\n  <<: *b\n", "line 3, column 3: got <<, which merges mappings"),
        ("a: !!str 5\n", "line 1, column 4: got a tag (!), expected a value without one"),
        ("a: ! 5\n", "line 1, column 4: got a tag (!)"),
        ("a: !!python/object/apply:os.getcwd []", "line 1, column 4: got a tag (!)"),
        ("--- {a: 1}\n--- {a: 2}\n", "line 2, column 1: but found another document"),
        (BILLION, f"values (through aliases), expected {MAX_VALUES} at most"),
        ("a: &loop [*loop]", "line 1, column 4: got an alias (*) within its own value"),
        ("a: &loop {b: {c: *loop}}", "line 1, column 4: got an alias (*) within its own value"),
        ("a:\n\tb: 1\n", "line 2, column 1: got a tab, expected blanks"),
        ("a:\u00a0 9\u00a0\n", "line 1, column 1: got an invisible character (U+00A0)"),
        ("a: 9\u00a0\n", "line 1, column 4: got an invisible character (U+00A0), expected none"),
        ("\u200ba: 9\n", "line 1, column 1: got an invisible character (U+200B), expected none"),
        ("a:\n  1: x\n", "line 2, column 3: got the key 1, expected text (in quotes)"),
        ("a: {null: x}\n", "line 1, column 5: got the key null, expected text (in quotes)"),
        ("a: {[b]: x}\n", "line 1, column 5: got a key that is a list or a mapping"),
        ("", "got an empty file, expected a mapping of keys"),
        ("# only a comment\n", "got an empty file, expected a mapping of keys"),
        ("- a\n- b\n", "got [a, b], expected a mapping of keys"),
        ("half: {a: 1,", "line 1, column 13: "),
        ("a: 1\n b: 2\n", "line 2, column 3: "),
        ("a: 'open", "line 1, column 9: "),
        (b"\x00", "somewhere: "),
        (b"caf\xe9: 1", "got bytes that are not UTF-8 (at byte 4), expected a file in UTF-8"),
        ("a: 1".encode("utf-16"), "got bytes that are not UTF-8 (at byte 1), expected"),
        ("a: " + "[" * 3_000, "nested too deeply, expected valid YAML"),
        ("a: " + "1" * 5_000, "got a number of more than 4300 digits, expected a shorter"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str | bytes, reason: str
) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read(tmp_path, content)
    assert str(refusal.value).startswith("simulation.yaml: ")
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_an_alias_stands_for_its_value(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &x {b: 1}\nc: [*x, *x]\n") == {"a": {"b": 1}, "c": [{"b": 1}] * 2}


def test_what_editors_of_windows_write_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: x\r\n") == {"a": 1, "b": "x"}


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"^topics\.yaml: cannot be read: No such file or directory$"
    ):
        read_yaml(tmp_path / "topics.yaml")


@pytest.mark.parametrize(
    ("file", "read_it"),
    [
        ("simulation.yaml", config_store.read_files),
        ("staffing.yaml", config_store.read_files),
        ("topics.yaml", read_topics),
        ("datasets.yaml", lambda root: read_datasets(root / "datasets.yaml")),
        ("full.yaml", lambda root: config_store.read_files(root, "full.yaml")),
    ],
)
def test_every_file_of_configs_is_read_like_that(
    tmp_path: Path, file: str, read_it: Callable[[Path], object]
) -> None:
    for path in CONFIGS.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    read_it(tmp_path)
    first = next(iter(read_yaml(tmp_path / file)))
    with (tmp_path / file).open("a", encoding="utf-8") as opened:
        opened.write(f"{first}: no\n")
    twice = rf"^{file}: line [0-9]+, column 1: got the key {first}, which line [0-9]+ has already"
    with pytest.raises(ConfigurationError, match=twice):
        read_it(tmp_path)
