"""The page *Four years*: the whole run in curves, with the edits and scenarios marked on them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from html import escape
from typing import Any

from nicegui import ui

from figures import marks
from figures.charts import Options
from figures.drawings import Choice, Seen
from figures.history import QUESTIONS, Question
from figures.marks import Course, Mark
from figures.shared import Shared
from figures.tables import Answer, Tables
from pages.frame import frame
from pages.markup import table
from pages.site import Site
from pipeline.logs import Message
from pipeline.run import clock
from pipeline.run.clock import DAY

SECONDS = 5.0
COURSE_SECONDS = 10.0
# Two charts beside each other where there is room for them.
COLUMNS = "grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr))"
WHOLE_WIDTH = "grid-column: 1 / -1"
LIST = "max-height: 14rem; overflow-y: auto"

log = logging.getLogger(__name__)


def add(site: Site) -> None:
    """Add the page to the server."""
    course = Shared(partial(marks.read, site.settings.simulation_dir), COURSE_SECONDS)

    @ui.page("/years", title="Four years")
    def page() -> None:
        with frame(site, "Four years"):
            years = Years(site.tables, course)
        ui.timer(SECONDS, years.refresh)


class Years:
    """The filters and the charts of one open page."""

    def __init__(self, tables: Tables, course: Shared[Course]) -> None:
        self._tables, self._course = tables, course
        self._one_at_a_time = asyncio.Lock()
        self._filters: Filters | None = None
        self._message = ui.label("").classes("wrong")
        self._content = ui.element("div").style("display: flex; flex-direction: column; gap: 1rem")

    async def refresh(self) -> None:
        """Ask for what is chosen; each chart is drawn when its answer is there."""
        async with self._one_at_a_time:
            seen = await self._course.latest()
            self._message.set_text(seen.failure)
            self._message.set_visibility(bool(seen.failure))
            course = seen.value
            if course is None:
                return
            if self._filters is None:
                self._build(course)
            assert self._filters
            choice = self._filters.choice()
            self._changes.set_content(_changes(course, choice))
            await asyncio.gather(
                *(panel.refresh(self._tables, choice, course) for panel in self._panels)
            )

    def _build(self, course: Course) -> None:
        with self._content:
            self._filters = Filters(course, self.refresh)
            with ui.element("section").classes("panel"):
                ui.html("Edits and scenarios", tag="h2", sanitize=False)
                self._changes = ui.html("", sanitize=False).style(LIST)
                self._changes.props('tabindex=0 role=region aria-label="Edits and scenarios"')
            with ui.element("div").classes("grid").style(COLUMNS):
                self._panels = [Panel(question) for question in QUESTIONS]


class Filters:
    """What a person chooses to see: at first everything."""

    def __init__(self, course: Course, changed: Callable[[], Awaitable[None]]) -> None:
        """`changed` is called after each change."""
        self._course, self._hospitals = course, course.simulation["hospitals"]
        names = {name: place["name"] for name, place in self._hospitals.items()}
        stays = course.simulation["length_of_stay_days"]
        diagnoses = course.simulation["diagnoses"]
        subjects = {name: name.capitalize() for name in stays} | {
            code: f"{diagnosis['name']} ({code})" for code, diagnosis in diagnoses.items()
        }
        with (
            ui.element("div")
            .props('role=group aria-label="What the charts show"')
            .style("display: flex; flex-wrap: wrap; gap: .5rem 1rem")
        ):
            self._hospital = _choose("Hospital", {"": "All hospitals"} | names)
            self._ward = _choose("Ward", self._wards())
            self._first = _day_input("From", course.first_day, course)
            self._last = _day_input("To", course.last_day, course)
            self._subject = _choose("Length of stay of", subjects)
        self._hospital.on_value_change(lambda: self._ward.set_options(self._wards(), value=""))
        for field in (self._hospital, self._ward, self._first, self._last, self._subject):
            field.on_value_change(changed)

    def choice(self) -> Choice:
        """What is chosen now."""
        run = self._course.first_day, self._course.last_day
        first, last = sorted(
            min(max(_day(field.value, otherwise), run[0]), run[1])
            for field, otherwise in zip((self._first, self._last), run, strict=True)
        )
        ward = self._ward.value or None
        hospital = self._hospital.value or None
        return Choice(
            hospitals=(hospital,) if hospital else tuple(self._hospitals),
            wards=(ward,) if ward else tuple(filter(None, self._wards())),
            ward=ward,
            first=first,
            last=last,
            subject=self._subject.value,
        )

    def _wards(self) -> dict[str, str]:
        """The wards of the chosen hospitals; the empty key is all of them."""
        chosen = self._hospital.value
        return {"": "All wards"} | {
            f"{name}-{code}": ward["name"] if chosen else f"{ward['name']}, {place['name']}"
            for name, place in self._hospitals.items()
            if chosen in ("", name)
            for code, ward in place["wards"].items()
        }


class Panel:
    """One chart, with what it says in words and as of when."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._shown: tuple[Any, ...] = ()
        self._chart: ui.echart | None = None
        with ui.element("section").classes("panel") as panel:
            ui.html(escape(question.title), tag="h2", sanitize=False)
            self._figure = ui.element("div").classes("chart")
            self._words = ui.label("")
            self._note = ui.label("Postgres is being asked.").classes("note")
        if question.wide:
            panel.style(WHOLE_WIDTH)

    async def refresh(self, tables: Tables, choice: Choice, course: Course) -> None:
        """Show the answer, if it is not shown yet."""
        answer = await tables.ask(self._question.query, **self._question.parameters(choice))
        shown = choice, course, answer.as_of, answer.failure
        if shown == self._shown:
            return
        try:
            self._show(answer, choice, course)
        except Exception as error:  # the other charts are drawn all the same
            log.error(Message("could not draw a chart", chart=self._question.title), exc_info=error)
            self._note.set_text(f"This chart could not be drawn: {error}")
        self._shown = shown

    def _show(self, answer: Answer, choice: Choice, course: Course) -> None:
        self._note.classes(replace="note wrong" if answer.failure else "note")
        self._figure.set_visibility(answer.as_of is not None)
        if answer.as_of is None:
            self._words.set_text("")
            self._note.set_text(answer.failure or "No day has been loaded yet.")
            return
        seen = Seen(choice, course, answer.as_of)
        options, words = self._question.draw(answer.rows, seen)
        self._words.set_text(words)
        self._draw(options, f"{self._question.title}. {words}")
        until = f"As of {answer.as_of:%Y-%m-%d %H:%M}."
        failure = f"{answer.failure}; this is an earlier answer. " if answer.failure else ""
        self._note.set_text(f"{failure}{self._question.note(seen)} {until}")

    def _draw(self, options: Options, words: str) -> None:
        self._figure.props.update({"role": "img", "aria-label": words})
        if self._chart is None:
            with self._figure:
                self._chart = ui.echart(options, renderer="svg").classes("chart")
            return
        self._chart.options.clear()
        self._chart.options.update(options)
        self._chart.update()


def _choose(label: str, options: dict[str, str]) -> ui.select:
    first = next(iter(options))
    return ui.select(options, label=label, value=first).style("min-width: 13rem; max-width: 100%")


def _day_input(label: str, day: date, course: Course) -> ui.input:
    field = ui.input(label, value=str(day)).props("type=date stack-label debounce=500")
    # The browser draws the calendar's button, in its own colours.
    field.props('input-style="color-scheme: light dark"')
    return field.props(f"min={course.first_day} max={course.last_day}")


def _day(text: object, otherwise: date) -> date:
    """The day in a field, which is empty or half a day while somebody types."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return otherwise


def _changes(course: Course, choice: Choice) -> str:
    """The edits and scenarios of the chosen days as a table, and what is marked where."""
    begin, end = clock.midnight(choice.first), clock.midnight(choice.last) + DAY
    found = marks.within([*course.edits, *course.scenarios], begin, end)
    if not found:
        return "<p>None in these days.</p>"
    rows = [(_when(mark), "edit" if mark.end is None else "scenario", mark.words) for mark in found]
    return table(("When", "Kind", "What"), sorted(rows))


def _when(mark: Mark) -> str:
    if mark.end is None:
        return f"{mark.begin:%Y-%m-%d %H:%M}"
    return f"{mark.begin:%Y-%m-%d %H:%M} to {mark.end:%Y-%m-%d %H:%M}"
