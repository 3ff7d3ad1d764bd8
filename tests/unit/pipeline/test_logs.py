"""A log line is a message and its fields, the same in both formats."""

import json
import logging
import threading

import pytest

from pipeline import logs
from pipeline.logs import Message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2021-04-07", "2021-04-07"),
        (12, "12"),
        ("two words", '"two words"'),
        ("", '""'),
        (2.0, "2"),
        (0.1 + 0.2, "0.3"),
        ("it's", '"it\'s"'),
        ('a"b', "'a\"b'"),
        ("""it's "b\"""", '"it\'s \\"b\\""'),
        ("\x1b[2J", '"\\u001b[2J"'),
        ("a=b", '"a=b"'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_a_field_follows_the_message_and_shows_where_it_ends(value: object, shown: str) -> None:
    assert str(Message("published a day", day=value)) == f"published a day day={shown}"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "half a character: \udc80"])
def test_a_json_line_is_json_whatever_its_values(value: object) -> None:
    record = logging.LogRecord("a", logging.INFO, "", 0, Message("published", of=value), (), None)
    line = logs.JsonFormatter().format(record)
    line.encode()

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(line, parse_constant=refuse)["of"] == str(value)


def test_a_json_line_has_the_message_and_each_field_by_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logging, "captureWarnings", lambda _capture: None)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    logs.configure("INFO", "json")
    logging.getLogger("scheduler").info(Message("published a day", day="2021-04-07", rows=12))
    logging.getLogger("kafka").warning("lost %s", "it")
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("scheduler").exception("an unexpected error")
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "INFO",
        "logger": "scheduler",
        "message": "published a day",
        "day": "2021-04-07",
        "rows": 12,
    }
    assert second["message"] == "lost it"
    assert third["traceback"].endswith("RuntimeError: broken")
