"""The page *Now*: beds and boarders by ward, waits, journeys, staff, and the last events."""

import asyncio
from pathlib import Path

from nicegui import ui

from figures.lake_events import LakeEvents
from figures.now import BASELINE, WAITS, Now, Situation
from figures.present import Present
from figures.shared import Seen, Shared
from figures.tables import Answer
from figures.wards import WardNow, total, wards_now
from pages import now_tables, ward_map
from pages.frame import OLD_SECONDS, frame
from pages.instants import instant
from pages.panel import Panel
from pages.site import Site

SECONDS = 2.0
STYLE = Path(__file__).with_name("now.css").read_text(encoding="utf-8")


def add(site: Site) -> None:
    """Add the page to the server."""
    ui.add_css(STYLE, shared=True)
    partitions = {name: topic.partitions for name, topic in site.topics.topics.items()}
    lake = LakeEvents(site.settings.stream_lake_dir, partitions)
    source = Now(site.settings.simulation_dir, lake)
    looks = Shared(source.look, SECONDS)

    @ui.page("/", title="Now")
    def page() -> None:
        with frame(site, "Now"):
            view = _View()

        async def refresh() -> None:
            ask = site.tables.ask
            beds, waits = await asyncio.gather(ask(BASELINE), ask(WAITS))
            source.begin_with(beds)
            view.show(await looks.latest(), beds.failure)
            view.show_waits(waits)

        ui.timer(SECONDS, refresh)


class _View:
    """The elements of one open page, filled again and again."""

    def __init__(self) -> None:
        self._problem = ui.label("").classes("wrong").props("role=status")
        with ui.element("div").classes("live") as self._live:
            self._summary = ui.label("")
            self._behind = ui.label("").classes("wrong").props("role=status")
            ui.html(ward_map.LEGEND, sanitize=False, tag="p").classes("note")
            self._houses = ui.element("div").classes("houses")
            self._house: dict[str, ui.html] = {}
            with ui.element("div").classes("grid"):
                self._waits = Panel("Waits for a doctor in the emergency departments")
                with ui.element("div").classes("stack"):
                    self._road = Panel("On the road")
                    self._events = Panel("Last events")
            self._staff = Panel("Staff on shift")

    def show(self, seen: Seen[Situation], failure: str) -> None:
        """Show the newest situation; an old one is shown as such."""
        is_old = bool(seen.failure) or seen.age_seconds > OLD_SECONDS
        self._live.classes(replace="live stale" if is_old else "live")
        self._problem.set_text(failure or seen.failure)
        if seen.value:
            network, present, behind = seen.value
            wards = wards_now(network, present)
            self._behind.set_text(now_tables.behind(behind))
            self._show_beds(seen.value, [now for now in wards if now.ward.beds])
            self._show_stream(seen.value, wards)

    def _show_beds(self, situation: Situation, wards: list[WardNow]) -> None:
        network, present, _ = situation
        words = ward_map.in_words(total(wards), present.as_of)
        self._summary.set_text(f"As of {instant(present.as_of)}: {words}")
        for hospital_id, name in network.hospitals.items():
            if hospital_id not in self._house:
                with self._houses:
                    house = ui.html("", sanitize=False, tag="section").classes("panel")
                self._house[hospital_id] = house
            own = [now for now in wards if now.ward.hospital_id == hospital_id]
            content = ward_map.hospital(hospital_id, name, own, present)
            self._house[hospital_id].set_content(content)

    def _show_stream(self, situation: Situation, wards: list[WardNow]) -> None:
        network, present, _ = situation
        at = f"As of {instant(present.stream_until)}" if present.stream_until else ""
        self._events.show(at, now_tables.newest(present, network))
        if present.journeys is None:
            self._road.show(_behind(present), "")
        else:
            count = len(present.journeys)
            journeys = f"{count or 'no'} {'journey' if count == 1 else 'journeys'}"
            self._road.show(f"{at}: {journeys}", now_tables.road(present, network))
        if present.shifts is None:
            self._staff.show(_no_shifts(present), "")
        else:
            patients = f"; patients as of {instant(present.as_of)}"
            note = at if present.as_of == present.stream_until else at + patients
            self._staff.show(note, now_tables.staff(wards, network))

    def show_waits(self, answer: Answer) -> None:
        """Show the waits of the last loaded day."""
        if answer.rows:
            day = answer.rows[0]["simulated_date"]
            note = f"Visits that ended on {day}, the last day that is loaded"
            self._waits.show(note, now_tables.waits(answer.rows))
        else:
            self._waits.show(answer.failure or "No day with visits is loaded yet.", "")


def _behind(present: Present) -> str:
    """Why journeys are not known."""
    if not present.stream_until:
        return "Not known: the stream lake has no events of these days yet."
    until = instant(present.stream_until)
    return f"Not known: the stream lake is behind the tables, it has events up to {until} only."


def _no_shifts(present: Present) -> str:
    """Why shifts are not known."""
    if present.journeys is None:
        return _behind(present)
    return "Not known until the first shift of the run begins."
