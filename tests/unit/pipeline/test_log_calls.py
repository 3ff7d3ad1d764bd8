"""Each log call of the services gives a fixed text, and what varies as fields of the line."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

SCRIPTS = Path(__file__).parents[3] / "scripts"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOG_CALLS = {f"{log}.{level}" for log in ("log", "self._log") for level in LEVELS}
# Every line has these as JSON.
RESERVED = {"time", "level", "logger", "message", "traceback"}
# They log a Message that was made elsewhere.
PASSED_ON = {"pipeline/rate_log.py": 2, "pipeline/broker/outages.py": 1, "batch_ingestor.py": 2}
# As text, an event's line begins with the event.
ON_AN_EVENT = "pipeline/broker/event_lines.py"


def calls(functions: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """The calls of these functions, each with its file."""
    for path in sorted(SCRIPTS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in functions:
                yield str(path.relative_to(SCRIPTS)), node


def test_what_is_logged_is_a_message() -> None:
    others = Counter[str]()
    for file, call in calls(LOG_CALLS):
        [first] = call.args
        if not (isinstance(first, ast.Call) and ast.unparse(first.func) == "Message"):
            others[file] += 1
    assert others == PASSED_ON


def test_the_text_of_a_message_is_fixed_and_no_field_hides_what_every_line_has() -> None:
    found = list(calls({"Message"}))
    assert len(found) > 40
    for file, call in found:
        fixed = not isinstance(call.args[0], ast.JoinedStr) or file == ON_AN_EVENT
        assert fixed and not RESERVED & {key.arg for key in call.keywords}, ast.unparse(call)
