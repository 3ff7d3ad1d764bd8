"""Log lines of one shape in all services: a message, then its fields, as text or as JSON.

log.info(Message("published a day", day="2021-04-07", rows=1200))

2026-11-25 10:00:00,000 INFO published a day day=2021-04-07 rows=1200
{"time": "2026-11-25T10:00:00.000Z", "level": "INFO", "logger": "scheduler",
 "message": "published a day", "day": "2021-04-07", "rows": 1200}    (on one line)
"""

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from typing import Literal

TEXT = "%(asctime)s %(levelname)s %(message)s"
# In a value of the text form these would hide where it ends.
NEEDS_QUOTES = re.compile(r"""[\s="']|^$""")

log = logging.getLogger(__name__)


class Message:
    """What happened, and its fields by name; only a line that is logged is put together."""

    def __init__(self, text: str, /, **fields: object) -> None:
        """`text` is the same each time, so that it can be searched for and counted."""
        self.text = text
        self.fields = fields

    def __str__(self) -> str:
        return " ".join([self.text, *(f"{key}={_value(v)}" for key, v in self.fields.items())])


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, the fields, a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; values that JSON does not know are their text."""
        message: object = record.msg
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(message, Message):
            line |= {"message": message.text, **message.fields}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        try:
            text = json.dumps(line, default=str, ensure_ascii=False, allow_nan=False)
            text.encode()
        except ValueError:  # NaN, which JSON lacks, or half a character, which UTF-8 lacks
            text = json.dumps({key: str(value) for key, value in line.items()})
        return text


def configure(level: str, log_format: Literal["text", "json"]) -> None:
    """Write the process's log to standard output, from `level` on.

    Python's own warnings, and the error that ends a thread, are lines of it, too.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if log_format == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    threading.excepthook = _log_end_of_thread


def _log_end_of_thread(end: threading.ExceptHookArgs) -> None:
    name = end.thread.name if end.thread else "unknown"
    error = end.exc_value or end.exc_type()
    log.error(Message("an unexpected error has ended a thread", thread=name), exc_info=error)


def _value(value: object) -> str:
    """A value as text, in quotes if its end would not be seen otherwise."""
    text = f"{value:.12g}" if isinstance(value, float) else str(value)
    if not text.isprintable():
        # A control character could forge a line, or change what a terminal shows.
        return json.dumps(text)
    if not NEEDS_QUOTES.search(text):
        return text
    # What a value quotes stays as it is, so that it can be searched for and copied.
    return f"'{text}'" if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)
