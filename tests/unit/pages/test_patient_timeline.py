"""The trail in a browser has what the screen has: in words, and never as markup."""

import re
from html.parser import HTMLParser

import pytest

from pages import timeline
from trail.broker import DeadLetter
from trail.places import Place, State
from trail.story import Story

from ..trail.lives import ADMISSIONS, PATIENT, story

VOID = ("br", "input")


class Page(HTMLParser):
    """The texts of a page, and whether each element is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.texts: list[str] = []
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.open and re.fullmatch(r"h\d", self.open[-1]):
            self.headings.append(f"{self.open[-1]} {data}")

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def shown(told: Story, person: str = "") -> Page:
    return Page(timeline.trail(told, person))


def with_place(name: str, place: Place) -> Story:
    """The arrival, of which one place says this."""
    arrival = story().events[0]
    return story(events=[arrival._replace(places=arrival.places | {name: place})])


def test_each_event_has_its_instant_its_keys_and_its_four_places() -> None:
    text = shown(story()).text
    assert "2021-04-07 00:10:00 registered at JHB: emergency, walk_in, triage none" in text
    assert "encounter_id JHB-E2021040700-001" in text
    assert "Kafka ✓ there hospital.admissions partition 1 offset 0 stream lake ✓ there" in text
    assert "batch lake ✓ there 2021-04-07/registrations.csv line 2 Postgres ✓ there" in text
    assert "2021-04-08 10:00:00 admitted to JHB-MED, bed JHB-MED-001" in text
    assert "… not yet 2021-04-08 is not over; it is 2021-04-08T12:00:00Z" in text
    assert "2 events, as of 2021-04-08 12:00:00 in the hospital" in text


@pytest.mark.parametrize("state", State)
def test_each_state_is_a_word_and_a_sign(state: State) -> None:
    sign, word = timeline.SIGNS[state]
    told = with_place("table", Place(state, {}, "the reason"))
    assert f"Postgres {sign} {word} the reason" in shown(told).text


def test_signs_and_words_of_the_states_differ() -> None:
    signs, words = zip(*timeline.SIGNS.values(), strict=True)
    assert len(set(signs)) == len(set(words)) == len(State)


def test_where_the_trail_ends_is_said_once_for_each_reason() -> None:
    end = shown(story()).text.partition("Where the trail ends")[2].partition("Events")[0]
    assert end.startswith(" still in batch lake, events: 1. Not yet: 2021-04-08 is not over")
    assert "Postgres, events: 1. Not yet" in end
    whole = story(events=story().events[:1], still_going=[])
    assert "Each event so far is in every place it goes to." in shown(whole).text


def test_a_server_that_is_away_is_named() -> None:
    told = story(away={"Postgres": "refused", "Kafka": None})
    text = shown(told).text
    assert "Postgres is away (refused): what only it can tell is unknown." in text
    assert "Kafka is away" not in text


def test_a_patient_whom_no_place_knows_is_said_to_be_unknown() -> None:
    told = story(events=[], away={"Postgres": "refused", "Kafka": None})
    text = shown(told).text
    assert f"{PATIENT}: no event and no row has this patient_id; Postgres is away" in text
    assert "Where the trail ends" not in text


def test_why_somebody_was_picked_and_other_dead_letters_are_told() -> None:
    letter = DeadLetter(ADMISSIONS, 9, "hospital.admissions.dlq", 5, "source is missing", b"")
    text = shown(story(picked="a transfer", other_dead_letters=[letter])).text
    assert "Picked for the story: a transfer." in text
    assert "partition 1 offset 9, kept in hospital.admissions.dlq at offset 5: source" in text


def test_headings_are_in_order() -> None:
    headings = shown(story()).headings
    assert headings[0] == f"h2 {PATIENT}"
    assert {heading[:2] for heading in headings} == {"h2", "h3"}
    assert "h2 Stays" in headings


def test_a_stay_is_as_long_as_it_lasts_beside_the_longest() -> None:
    content = timeline.trail(story(), "")
    widths = [float(width) for width in re.findall(r"width:([\d.]+)%", content)]
    assert sum(widths) == pytest.approx(100, abs=0.1)
    # From 00:10 to 10:00 of the next day at the reception, then two hours in the ward, so far.
    assert widths[0] == pytest.approx(100 * 2030 / 2150, abs=0.1)
    assert "1 d 11 h: 2021-04-07 00:10 to now, not over" in shown(story()).text


def test_no_wall_clock_time_is_shown() -> None:
    assert "2026" not in timeline.trail(story(), "")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x>', "a & b"])
def test_whatever_is_told_is_text_and_never_markup(text: str) -> None:
    event = story().events[0]
    event = event._replace(
        title=text,
        keys={text: text},
        places={"broker": Place(State.REFUSED, {"path": text, "line": text}, text)},
        lines={"producer": text},
    )
    letter = DeadLetter(ADMISSIONS, 9, text, 5, text, b"")
    told = story(
        events=[event],
        picked=text,
        away={"Postgres": text, "Kafka": None},
        other_dead_letters=[letter],
        still_going=[text],
        commands=[text],
    )
    for content in (timeline.trail(told, text), timeline.form(text, text)):
        assert text not in content
        Page(content)
    assert shown(told, text).text.count(text) >= 10
