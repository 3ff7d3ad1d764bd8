"""The page *Patient*: one patient's life, event by event, and where each event stands."""

import logging
from functools import partial
from html import escape
from pathlib import Path

from nicegui import ui

from figures.tables import Answer
from pages import timeline
from pages.frame import frame
from pages.searches import Searches
from pages.site import Site
from pipeline.broker.topics import Topics
from pipeline.logs import Message
from pipeline.settings import FollowSettings
from pipeline.warehouse.datasets import read_datasets
from trail import following
from trail.story import Story

STYLE = Path(__file__).with_name("patient.css").read_text(encoding="utf-8")
# The only question of the dashboard that is answered with a name. It is asked only if
# DASHBOARD_NAMES is on, and of the one patient whom the page shows.
PERSON = """
select given_name, family_name, sex, birth_date
from hospital.people_today where patient_id = %(patient_id)s
"""
SEXES = {"F": "female", "M": "male"}

log = logging.getLogger(__name__)


def add(site: Site) -> None:
    """Add the page to the server."""
    searches = Searches(partial(search, site.settings, site.topics))

    # The name of the parameter is the one in the address.
    @ui.page("/patient", title="Patient")
    def page(id: str = "") -> None:
        ui.add_css(STYLE)
        asked, refusal = _asked(id)
        with frame(site, "Patient"):
            with ui.element("div").classes("ask"):
                form = ui.html(timeline.form(id, refusal), sanitize=False)
                somebody = ui.html("Somebody with a story", sanitize=False, tag="button")
            state = ui.html("", sanitize=False).props("role=status aria-live=polite")
            trail = ui.html("" if asked else timeline.HELP, sanitize=False).classes("life")

        async def show(patient_id: str | None) -> None:
            what = f"for {patient_id}" if patient_id else "for somebody with a story"
            state.set_content(f'<p class="searching">Searching both paths {what} …</p>')
            try:
                story = await searches.ask(patient_id)
            except Exception as error:  # shown; the page would say forever that it searches
                if not isinstance(error, following.FAILURES):
                    log.error(Message("could not follow a patient"), exc_info=error)
                state.set_content(f'<p class="wrong">Not followed: {escape(str(error))}</p>')
                return
            person = await _person(site, story)
            state.set_content("")
            trail.set_content(timeline.trail(story, person))
            if patient_id is None:
                form.set_content(timeline.form(story.patient_id, ""))
                ui.navigate.history.replace(f"/patient?id={story.patient_id}")

        somebody.props("type=button").on("click", partial(show, None), [])
        if asked:
            ui.timer(0, partial(show, asked), once=True)


def search(settings: FollowSettings, topics: Topics, patient_id: str | None) -> Story:
    """Follow a patient; somebody with a story if None is given."""
    datasets = read_datasets(settings.configs_dir / "datasets.yaml")
    return following.follow(settings, topics, datasets, patient_id)


def _asked(text: str) -> tuple[str, str]:
    """The patient_id in the address, and why it is refused; either is empty."""
    text = text.strip()
    try:
        return (following.patient_id(text) if text else ""), ""
    except ValueError as refusal:
        return "", str(refusal)


async def _person(site: Site, story: Story) -> str:
    """The patient's name, sex and date of birth, if `.env` says so and the tables know them."""
    if site.settings.dashboard_names == "off":
        return ""
    answer: Answer = await site.tables.ask(PERSON, patient_id=story.patient_id)
    if answer.failure:
        return answer.failure
    names = [
        f"{row['given_name']} {row['family_name']}, {SEXES[row['sex']]}, born {row['birth_date']}"
        for row in answer.rows
    ]
    return " ".join(names) or "no name is loaded yet"
