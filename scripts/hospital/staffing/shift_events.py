"""The events of the staff: shifts for the stream, changes of staff for the batch path only."""

from hospital.config.staffing import SHIFT_LETTERS
from hospital.events import BATCH_ONLY, STAFF_SHIFTS, Event, Value, event
from hospital.staffing.rosters import Roster
from hospital.staffing.staff import Change, Staff
from hospital.times import DAY, date_text, instant_text


def shifts(staff: Staff, roster: Roster, event_type: str) -> list[Event]:
    """One event per person of the shift: `started` or `ended` of those present, or `absent`."""
    missed, ended = event_type == "absent", event_type == "ended"
    suffix = f"-{date_text(roster.day).replace('-', '')}-{SHIFT_LETTERS[roster.shift_name]}"
    planned_start_at = instant_text(roster.planned_start_at)
    planned_end_at = instant_text(roster.planned_end_at)
    events = []
    for person in roster.absent if missed else roster.present:
        staff_id, post = staff.staff_id[person.number], staff.posts[person.post]
        own = staff.post_of(person.number)
        shift_id = staff_id + suffix
        value: Value = {
            "shift_id": shift_id,
            "staff_id": staff_id,
            "ward_id": roster.workplace(post),
            "role": post.role,
            "grade": own.grade,
            "post_id": post.post_id,
            "assignment": "own" if own is post else "reserve",
            "shift_name": roster.shift_name,
            "status": "absent" if missed else "worked",
            "planned_start_at": planned_start_at,
            "planned_end_at": planned_end_at,
            "started_at": None if missed else instant_text(person.started_at),
            "ended_at": instant_text(person.ended_at) if ended else None,
        }
        at = person.ended_at if ended else person.started_at
        event_id = f"{shift_id}:{event_type}"
        events.append(event(at, STAFF_SHIFTS, event_type, event_id, post.hospital_id, value))
    return events


def staff_changed(staff: Staff, day: int, change: Change) -> Event:
    """A person `hired`, `left` or `retired`, at the first second of a day since 1970-01-01."""
    staff_id, post = staff.staff_id[change.number], staff.post_of(change.number)
    change_id = f"{staff_id}:{change.change_type}"
    value: Value = {
        "change_id": change_id,
        "staff_id": staff_id,
        "change_type": change.change_type,
        "change_date": date_text(day),
        "post_id": post.post_id,
        "ward_id": post.ward_id,
        "role": post.role,
        "grade": post.grade,
    }
    return event(day * DAY, BATCH_ONLY, "staff_changed", change_id, post.hospital_id, value)
