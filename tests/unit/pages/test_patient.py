"""The page Patient: its address names the patient, and no name is sent unless `.env` says so."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import cast

import pytest
from nicegui import ui
from nicegui.testing import User, user_simulation

from figures.shared import Shared
from figures.tables import Answer, Tables
from monitoring.report import Report
from pages import patient
from pages.site import Site
from pipeline.settings import DashboardSettings, read
from trail.story import Story

from ..trail.lives import PATIENT, TOPICS, story

ROW = {
    "given_name": "Nomvula",
    "family_name": "O'Neill <b>",
    "sex": "F",
    "birth_date": date(1980, 2, 29),
}
NAMES = ("Nomvula", "Neill", "1980-02-29", "female")


class AnyAnswer:
    """Answers every question to the tables with a person."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[dict[str, object]] = []

    async def ask(self, _query: str, **parameters: object) -> Answer:
        self.asked.append(parameters)
        return self.answer


WHOLE = story()
KNOWN = Answer([ROW], datetime(2021, 4, 8, tzinfo=UTC), "")


def no_look() -> Report:
    raise OSError("not looked")


async def sent(user: User, address: str, until: str) -> str:
    """All that a browser is sent once it shows a text: the page, and what is changed later."""
    first = await user.http_client.get(address)
    await user.open(address)
    await user.should_see(until)
    elements = user.client.elements.values() if user.client else []
    return first.text + "".join(f"{element.props} {element.visible}" for element in elements)


def visit(
    names: str, tables: AnyAnswer, visitor: Callable[[User], Awaitable[str]], found: Story | None
) -> str:
    """What the visitor returns, from a dashboard that finds this whoever is asked for."""

    def search(_settings: object, _topics: object, asked: str | None) -> Story:
        if found is None:
            raise ValueError("nobody has been <b>registered</b> yet")
        return found._replace(picked=None if asked else "a transfer")

    async def run() -> str:
        async with user_simulation() as user:
            with pytest.MonkeyPatch.context() as changed:
                for name in ("METRICS_PORT", "DASHBOARD_PORT"):
                    changed.setenv(name, "8000")  # as in the container
                settings = read(DashboardSettings).model_copy(update={"dashboard_names": names})
                site = Site(settings, TOPICS, Shared(no_look, 60.0), cast(Tables, tables))
                changed.setattr(patient, "search", search)
                patient.add(site)
            return await visitor(user)

    return asyncio.run(run())


def page(
    address: str,
    until: str,
    names: str = "off",
    tables: AnyAnswer | None = None,
    found: Story | None = WHOLE,
) -> str:
    known = tables or AnyAnswer(KNOWN)
    return visit(names, known, lambda user: sent(user, address, until), found)


def test_the_address_names_the_patient_whose_trail_is_shown() -> None:
    content = page(f"/patient?id={PATIENT}", "registered at JHB")
    assert f'value="{PATIENT}"' in content
    assert "Searching both paths" not in content


def test_switched_off_no_name_is_asked_for_or_sent() -> None:
    tables = AnyAnswer(KNOWN)
    content = page(f"/patient?id={PATIENT}", "registered at JHB", tables=tables)
    assert not [name for name in NAMES if name in content]
    assert tables.asked == []


def test_switched_on_the_one_patient_is_named() -> None:
    tables = AnyAnswer(KNOWN)
    content = page(f"/patient?id={PATIENT}", "registered at JHB", names="on", tables=tables)
    assert "Nomvula O&#x27;Neill &lt;b&gt;, female, born 1980-02-29" in content
    assert tables.asked == [{"patient_id": PATIENT}]


def test_switched_on_without_the_tables_the_trail_is_shown_and_says_why_nobody_is_named() -> None:
    tables = AnyAnswer(Answer([], None, "Postgres does not answer: refused"))
    content = page(f"/patient?id={PATIENT}", "registered at JHB", names="on", tables=tables)
    assert "Postgres does not answer: refused" in content
    tables = AnyAnswer(Answer([], None, ""))
    content = page(f"/patient?id={PATIENT}", "registered at JHB", names="on", tables=tables)
    assert "no name is loaded yet" in content


@pytest.mark.parametrize("text", ["p1", "P1' or '1'='1", "<script>alert(1)</script>"])
def test_what_is_no_patient_id_is_refused_with_what_one_looks_like(text: str) -> None:
    content = page(f"/patient?id={text}", "expected a patient_id", found=None)
    assert "P and up to 11 digits, such as P0012345" in content
    assert text not in content or text == "p1"
    assert 'role="alert"' in content


def test_a_search_that_failed_says_why() -> None:
    content = page(f"/patient?id={PATIENT}", "Not followed", found=None)
    assert "Not followed: nobody has been &lt;b&gt;registered&lt;/b&gt; yet" in content


def test_without_an_id_the_page_says_what_one_is() -> None:
    assert "patient_id" in page("/patient", "Every record of a patient")
    assert "patient_id" in page("/patient?id=", "Every record of a patient")


def test_somebody_with_a_story_is_shown_and_the_address_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def press(user: User) -> str:
        addresses: list[str] = []
        await user.open("/patient")
        monkeypatch.setattr(user.navigate.history, "replace", addresses.append)
        user.find(kind=ui.html, content="Somebody with a story").trigger("click")
        await user.should_see("Picked for the story: a transfer.")
        await user.should_see(f'value="{PATIENT}"')
        return "".join(addresses)

    tables = AnyAnswer(KNOWN)
    assert visit("off", tables, press, WHOLE) == f"/patient?id={PATIENT}"
