"""The log line of one event, the same in the producer and in the stream_processor."""

from typing import Any

from pipeline.logs import Message

KEYS_SHOWN = ("encounter_id", "transport_id", "shift_id", "patient_id", "ward_id", "bed_id")
TYPE_WIDTH = len("transferred")  # the longest, so that what follows stands in columns


class EventLine(Message):
    """A message about one event. As text, the event's time and type stand in its place."""

    def __init__(
        self, text: str, event: dict[str, Any], topic: str, partition: int, offset: int
    ) -> None:
        keys = {key: event[key] for key in KEYS_SHOWN if event.get(key)}
        place = {"topic": topic, "partition": partition, "offset": offset}
        first = {key: event[key] for key in ("event_time", "event_type")}
        super().__init__(text, **first, **keys, **place)

    def __str__(self) -> str:
        event_time, event_type, *_rest = self.fields.values()
        rest = dict(list(self.fields.items())[2:])
        return str(Message(f"{event_time} {event_type:<{TYPE_WIDTH}}", **rest))
