"""The trail of a patient as HTML: their stays as bars, then an event below the other."""

from collections.abc import Iterable
from datetime import datetime
from html import escape

from monitoring.screen import duration
from trail.broker import DeadLetter
from trail.places import Event, Place, State
from trail.stays import Part, Stay, stays
from trail.story import Story
from trail.words import NAMES, NOTHING_LACKS, lacking, unknown, where

# A sign for the eye and a word for everybody: neither is a colour.
SIGNS = {
    State.FOUND: ("✓", "there"),
    State.UNDER_WAY: ("…", "not yet"),
    State.REFUSED: ("✕", "refused"),
    State.NEVER: ("–", "none"),
    State.UNKNOWN: ("?", "unknown"),
    State.MISSING: ("!", "MISSING"),
}
MINUTE = "%Y-%m-%d %H:%M"
HELP = """<section class="panel">
<p>Every record of a patient has a <b>patient_id</b>, such as P0012345: in Kafka, in both
lakes and in the tables. This page searches all of them for it, and shows the patient's life: what
happened when, and where each event is.</p>
<p><code>docker compose run --rm follow P0012345</code> prints the same.</p>
</section>"""


def form(text: str, refusal: str) -> str:
    """What asks for a patient_id: the address has it afterwards, so that it can be shared."""
    why = f'<p id="refusal" class="wrong" role="alert">{escape(refusal)}</p>' if refusal else ""
    fault = ' aria-invalid="true" aria-describedby="refusal"' if refusal else ""
    return (
        '<form action="/patient" method="get"><label for="patient">patient_id</label>'
        f'<input id="patient" name="id" value="{escape(text)}" placeholder="P0012345"'
        f' maxlength="40" autocomplete="off" spellcheck="false"{fault}>'
        f"<button>Follow</button></form>{why}"
    )


def trail(story: Story, person: str) -> str:
    """All that is known of a patient; `person` is their name, empty if names are not shown."""
    parts = [_head(story, person)]
    if not story.events and not story.other_dead_letters:
        return "".join(parts)
    now = datetime.fromisoformat(story.simulated_time) if story.simulated_time else None
    if found := stays(story.events, now):
        parts.append(_panel("Stays", _stays(found)))
    parts += [
        _panel("Where the trail ends", _ends(story)),
        _panel("Events", f'<ol class="trail">{"".join(map(_event, story.events))}</ol>'),
    ]
    if story.other_dead_letters:
        parts.append(_panel("Other dead letters", _dead_letters(story.other_dead_letters)))
    parts.append(_panel("To see for yourself", _commands(story)))
    return "".join(parts)


def _panel(title: str, content: str) -> str:
    return f'<section class="panel"><h2>{escape(title)}</h2>{content}</section>'


def _head(story: Story, person: str) -> str:
    lines = [f'<p class="person">{escape(person)}</p>'] if person else []
    if story.picked:
        lines.append(f"<p>Picked for the story: {escape(story.picked)}.</p>")
    lines += [
        f'<p class="wrong">{escape(server)} is away ({escape(why)}): what only it can tell is '
        "unknown.</p>"
        for server, why in story.away.items()
        if why
    ]
    if not story.events and not story.other_dead_letters:
        lines.append(f"<p>{escape(unknown(story))}</p>")
    if story.simulated_time:
        asked_at = _instant(story.simulated_time)
        lines.append(
            f'<p class="note">{len(story.events):,} events, as of {asked_at} in the hospital. '
            f'<a href="/patient?id={escape(story.patient_id)}">Search again</a></p>'
        )
    return _panel(story.patient_id, "".join(lines))


def _stays(found: list[Stay]) -> str:
    longest = max((stay.end - stay.begin).total_seconds() for stay in found) or 1.0
    lines = (_stay(stay, longest) for stay in found)
    return f'<ul class="stays">{"".join(lines)}</ul>'


def _stay(stay: Stay, longest: float) -> str:
    """A stay as a bar, as long as it is beside the longest, and the same in words."""
    until = f"{stay.end:{MINUTE}}" if stay.is_over else "now, not over"
    length = duration((stay.end - stay.begin).total_seconds())
    bar = "".join(_piece(n, part, stay, longest) for n, part in enumerate(stay.parts, 1))
    words = "".join(
        f'<li class="{part.kind}">{escape(part.what)}, {duration(_seconds(part))}</li>'
        for part in stay.parts
    )
    return (
        f"<li><b>{escape(stay.encounter_id)}</b>, {length}: {stay.begin:{MINUTE}} to {until}"
        f'<div class="bar" aria-hidden="true">{bar}</div><ol>{words}</ol></li>'
    )


def _piece(number: int, part: Part, stay: Stay, longest: float) -> str:
    left = 100 * (part.begin - stay.begin).total_seconds() / longest
    width = 100 * _seconds(part) / longest
    return f'<i class="{part.kind}" style="left:{left:.2f}%;width:{width:.2f}%">{number}</i>'


def _seconds(part: Part) -> float:
    return (part.end - part.begin).total_seconds()


def _ends(story: Story) -> str:
    """What is not over, and what is not in a place, each reason once."""
    lines = [escape(what) for what in story.still_going]
    reasons = lacking(story)
    for (name, state, why), count in reasons.items():
        what = f"{NAMES[name]}, events: {count}. {SIGNS[state][1].capitalize()}: {why}"
        lines.append(f'<span class="{state}">{escape(what)}</span>')
    if not reasons:
        lines.append(NOTHING_LACKS)
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _event(event: Event) -> str:
    keys = "".join(
        f"<span>{escape(name)} <code>{escape(key)}</code></span>"
        for name, key in event.keys.items()
    )
    places = "".join(_place(name, place) for name, place in event.places.items())
    lines = dict.fromkeys(event.lines.values())
    logged = "".join(f"<code>{escape(line)}</code>" for line in lines)
    more = f"<details><summary>log line</summary>{logged}</details>" if logged else ""
    return (
        f"<li>{_instant(event.at)}<h3>{escape(event.title)}</h3>"
        f'<p class="keys">{keys}</p><dl class="places">{places}</dl>{more}</li>'
    )


def _place(name: str, place: Place) -> str:
    sign, word = SIGNS[place.state]
    told = " ".join(filter(None, (place.why, where(place))))
    return (
        f'<div class="{place.state}"><dt>{NAMES[name]}</dt>'
        f'<dd><b><span aria-hidden="true">{sign}</span> {word}</b> {escape(told)}</dd></div>'
    )


def _dead_letters(letters: Iterable[DeadLetter]) -> str:
    lines = (
        f"{letter.partition.topic} partition {letter.partition.partition} offset {letter.offset}, "
        f"kept in {letter.topic} at offset {letter.kept_offset}: {letter.reason}"
        for letter in letters
    )
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _commands(story: Story) -> str:
    return "".join(f'<pre tabindex="0">{escape(command)}</pre>' for command in story.commands)


def _instant(text: str) -> str:
    """An instant, or a day where only that is known."""
    return f'<time datetime="{escape(text)}">{escape(text.replace("T", " ").rstrip("Z"))}</time>'
