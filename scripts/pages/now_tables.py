"""The tables and the list of the page *Now*, as HTML."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from itertools import groupby
from operator import itemgetter

from figures.event_words import journey, origin, role, words
from figures.lake_events import Behind
from figures.network import NURSE, Network
from figures.present import Present
from figures.tables import Row
from figures.wards import WardNow
from pages.instants import elapsed, instant, span
from pages.markup import Html, table, with_head


def staff(wards: Iterable[WardNow], network: Network) -> str:
    """A table: a row a ward, who is on shift there, and how many nurses it needs."""
    others = [name for name in network.roles if name != NURSE]
    head = ["Hospital", "Ward", "Patients#", "Nurses#", "Needed#", "Patients per nurse#"]
    head += ["At most#", *(f"{role(name).capitalize()}s#" for name in others)]
    rows = []
    for now in wards:
        counts: Counter[str] = now.staff or Counter()
        ward = now.ward
        rows.append(
            [
                ward.hospital_id,
                f"{ward.name}, closed" if now.is_closed else ward.name,
                f"{now.patients:,}" if ward.beds else "",
                _nurses(now, counts[NURSE]),
                *_need(now),
                *(f"{counts[name]:,}" for name in others),
            ]
        )
    return table(head, rows)


def _nurses(now: WardNow, nurses: int) -> str:
    if not now.nurses_short:
        return f"{nurses:,}"
    return Html(f'<span class="wrong">{nurses:,}, {now.nurses_short:,} short</span>')


def _need(now: WardNow) -> tuple[str, str, str]:
    """The nurses needed, the patients of each, and the target; nothing without a target."""
    if now.ward.patients_per_nurse is None:
        return "", "", ""
    each = "" if now.patients_per_nurse is None else f"{now.patients_per_nurse:.1f}"
    return f"{now.nurses_needed:,}", each, f"{now.ward.patients_per_nurse:g}"


def road(present: Present, network: Network) -> str:
    """A table: a row a journey that is under way, the one that began first on top."""
    rows = [
        (
            origin(it.origin, network),
            network.hospitals.get(it.hospital_id, it.hospital_id),
            journey(it.transport_type),
            f"{instant(it.departed_at)}, {elapsed(it.departed_at, present.stream_until)}",
        )
        for it in present.journeys or []
    ]
    return table(("From", "To", "By", "Since"), rows) if rows else ""


def newest(present: Present, network: Network) -> str:
    """The last events, the newest first."""
    items = "".join(
        f"<li><time>{instant(event.event_time)}</time> <b>{escape(event.hospital_id or '')}</b> "
        f"{escape(words(event, network))}</li>"
        for event in present.newest
    )
    return f'<ol class="events">{items}</ol>'


def behind(partitions: Iterable[Behind]) -> str:
    """Up to when each partition is known that is behind; empty if none is."""
    known = "; ".join(
        f"partition {it.partition} of {it.topic} has "
        + (f"events up to {instant(it.until)} only" if it.until else "no events of these days")
        for it in partitions
    )
    if not known:
        return ""
    return f"Part of the stream lake is behind, and what it lacks is not shown yet: {known}."


def waits(rows: list[Row]) -> str:
    """A table: waits of a day for a doctor against the targets, by triage and hospital."""
    head = ["Triage, target", "Hospital", "Seen in time", "Mean wait#", "Longest#", "Visits#"]
    body = []
    for triage, of_triage in groupby(rows, key=itemgetter("triage")):
        hospitals = list(of_triage)
        target = span(hospitals[0]["target_minutes"] * 60)
        name = (
            f'<th scope="rowgroup" rowspan="{len(hospitals)}">'
            f'<span class="triage {escape(triage)}"></span>{escape(triage)}, {target}</th>'
        )
        for index, row in enumerate(hospitals):
            cells = "".join(f"<td{kind}>{cell}</td>" for kind, cell in _wait(row))
            body.append(f"<tr>{cells}</tr>" if index else f'<tr class="first">{name}{cells}</tr>')
    return with_head(head, "".join(body))


def _wait(row: Row) -> Iterable[tuple[str, str]]:
    """The kind and the content of each cell."""
    seen, number = row["seen"], ' class="number"'
    yield "", escape(row["hospital_id"])
    if not seen:
        yield from (("", "nobody was seen"), (number, ""), (number, ""))
    else:
        percent = 100 * row["seen_within_target"] / seen
        bar = f'<span class="bar" aria-hidden="true"><i style="width:{percent:.0f}%"></i></span>'
        yield "", f"{bar}{percent:.0f} %"
        yield number, span(row["waiting_seconds"] / seen)
        yield number, span(row["longest_wait_seconds"])
    yield number, f"{row['visits']:,}"
