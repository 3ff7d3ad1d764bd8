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
from datetime import UTC, datetime
from typing import Literal

TEXT = "%(asctime)s %(levelname)s %(message)s"
# In a value of the text form these would hide where it ends.
NEEDS_QUOTES = re.compile(r'[\s="]|^$')


class Message:
    """What happened, and its fields by name; only a line that is logged is put together."""

    def __init__(self, text: str, **fields: object) -> None:
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
        return json.dumps(line, default=str, ensure_ascii=False)


def configure(level: str, log_format: Literal["text", "json"]) -> None:
    """Write the process's log to standard output, from `level` on."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter() if log_format == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def _value(value: object) -> str:
    """A value as text, in quotes if its end would not be seen otherwise."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if NEEDS_QUOTES.search(text) else text
