"""The trail on a screen: a block for each event, then where the trail ends, then commands."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from trail.places import Event, Place, State
from trail.story import Story
from trail.words import NAMES, NOTHING_LACKS, WORDS, lacking, where

STYLES = {
    State.FOUND: "",
    State.UNDER_WAY: "yellow",
    State.REFUSED: "red",
    State.NEVER: "dim",
    State.UNKNOWN: "yellow",
    State.MISSING: "bold red",
}
LOG_LINES = """
A log line is what the producer and the stream_processor print for the event, if
fewer than LOG_EVENTS_PER_SECOND come; above that, they print a line a second.
To see for yourself:"""


def show(story: Story, console: Console) -> None:
    """Print the trail."""
    console.print(_head(story), style="bold")
    for server, why in story.away.items():
        if why:
            console.print(
                f"{server} is away ({why}): what only it can tell is unknown.", style="red"
            )
    for event in story.events:
        console.print()
        console.print(_title(event))
        console.print(_block(event))
    for letter in story.other_dead_letters:
        console.print(
            f"\ndead letter of {letter.partition.topic} partition {letter.partition.partition} "
            f"offset {letter.offset}, kept in {letter.topic} at offset {letter.kept_offset}: "
            f"{letter.reason}",
            style="red",
        )
    console.print("\nWhere the trail ends:")
    for line in _ends(story):
        console.print(line)
    console.print(LOG_LINES)
    for command in story.commands:
        # Not wrapped here, so that it can be copied whole.
        console.print(f"  {command}", soft_wrap=True)


def _head(story: Story) -> str:
    why = f", picked: {story.picked}" if story.picked else ""
    now = f"; it is {story.simulated_time} in the hospital" if story.simulated_time else ""
    return f"{story.patient_id}{why}; events: {len(story.events)}{now}"


def _title(event: Event) -> Text:
    at = event.at.replace("T", " ").rstrip("Z")
    return Text.assemble((f"{at}  ", "cyan"), (event.title, "bold"))


def _block(event: Event) -> Table:
    """A line for each place, with one for the encounter before them and log lines after them."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, style="dim", min_width=13)
    grid.add_column(overflow="fold")
    own = {
        name: key for name, key in event.keys.items() if name in ("encounter_id", "transport_id")
    }
    if own:
        grid.add_row("  keys", " ".join(own.values()))
    for name, place in event.places.items():
        is_repeated = place.state == State.NEVER and name in ("segment", "table")
        if not is_repeated:
            label = f"  {NAMES[name]}"
            grid.add_row(label, Text(_place(place), style=STYLES[place.state]))
    for line in dict.fromkeys(event.lines.values()):
        grid.add_row("  log line", Text(line, style="dim"))
    return grid


def _place(place: Place) -> str:
    known = where(place)
    if "loaded_at" in place.where:
        known += f", loaded {place.where['loaded_at'] or 'at an unknown time'}"
    if place.state == State.FOUND:
        return known
    return f"{WORDS[place.state]}{place.why}{f' ({known})' if known else ''}"


def _ends(story: Story) -> list[Padding]:
    """Where the trail ends: what is not over, and what is not in a place, each reason once."""
    lines = [Text(what) for what in story.still_going]
    reasons = lacking(story)
    if not reasons:
        lines.append(Text(NOTHING_LACKS))
    for (name, state, why), count in reasons.items():
        text = f"{NAMES[name]}, events: {count}. {WORDS[state].capitalize()}{why}"
        lines.append(Text(text, style=STYLES[state]))
    return [Padding(line, (0, 0, 0, 2)) for line in lines]
