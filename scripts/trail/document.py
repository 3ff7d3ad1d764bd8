"""The trail as JSON, for programs: docs/follow.md describes it."""

import json
from typing import Any

from trail.places import Event
from trail.story import Story

# Raised by one when a name or a meaning changes; new names may come without that.
FORMAT = 1


def text(story: Story) -> str:
    """One JSON object."""
    document = {
        "format": FORMAT,
        "patient_id": story.patient_id,
        "picked": story.picked,
        "simulated_time": story.simulated_time,
        "away": story.away,
        "events": [_event(event) for event in story.events],
        "other_dead_letters": [
            {
                "topic": letter.partition.topic,
                "partition": letter.partition.partition,
                "offset": letter.offset,
                "dead_letter_topic": letter.topic,
                "dead_letter_offset": letter.kept_offset,
                "reason": letter.reason,
            }
            for letter in story.other_dead_letters
        ],
        "still_going": story.still_going,
        "commands": story.commands,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": event.at,
        "event_type": event.event_type,
        "event_id": event.event_id,
        "title": event.title,
        "keys": event.keys,
        "places": {
            name: {"state": place.state, **place.where, "why": place.why or None}
            for name, place in event.places.items()
        },
        "log_lines": event.lines,
    }
