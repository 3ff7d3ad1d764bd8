"""The report on one screen: 80 columns are enough, and nothing depends on colour."""

from collections.abc import Iterator
from datetime import datetime

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from monitoring.report import Batch, Configuration, Report, Run, Service, Stream, Volume

HASH_SHOWN = 12
COUNT_OF_EDITS = 3


def render(report: Report) -> RenderableType:
    """The whole screen."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column()
    for label, lines in (
        ("stream", _stream(report.stream, report.run)),
        ("batch", _batch(report.batch)),
        ("fingerprint", [report.batch.fingerprint if report.batch else "none yet"]),
        ("configs", _configuration(report.configuration)),
    ):
        facts.add_row(label, Text("\n".join(lines)))
    blank = Text()
    return Group(
        *_head(report.run),
        _verdict(report.problems),
        blank,
        _services(report.services),
        *_ends(report.services),
        blank,
        facts,
        blank,
        _volumes(report.volumes),
    )


def _head(run: Run | None) -> Iterator[RenderableType]:
    if run is None:
        yield Text("the run has not begun")
        return
    line = Table.grid(padding=(0, 2), expand=True)
    line.add_column(no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(no_wrap=True, justify="right")
    passed = (run.simulated_time.date() - run.first_day).days
    line.add_row(
        Text(f"{run.simulated_time:%Y-%m-%d %H:%M}", style="bold"),
        ProgressBar(total=run.days, completed=run.days if run.over else passed),
        Text(f"day {run.day:,} of {run.days:,} ({passed / run.days:.1%})"),
    )
    yield line
    yield Text(f"{_pace(run)}; {_left(run)}")


def _pace(run: Run) -> str:
    return f"{run.real_days:g} real days for the whole run" if run.real_days else "at full speed"


def _left(run: Run) -> str:
    if run.over:
        return "the run is over"
    if run.stands:
        return f"time stands, by clock.pause_at: {_instant(run.pause_at)}"
    if run.seconds_left is None:
        return "the time left is unknown"
    if run.pause_at and run.pause_at.date() <= run.last_day:
        return f"{duration(run.seconds_left)} until time stands at {_instant(run.pause_at)}"
    return f"{duration(run.seconds_left)} left"


def _instant(instant: datetime | None) -> str:
    """To the minute, in one piece: a line does not break in it."""
    return f"{instant:%Y-%m-%d\u00a0%H:%M}" if instant else "none"


def _verdict(problems: list[str]) -> RenderableType:
    if not problems:
        return Text("all is well", style="bold green")
    lines = Table.grid(padding=(0, 1))
    for problem in problems:
        lines.add_row(Text("!", style="bold red"), Text(problem, style="red"))
    return lines


def _services(services: list[Service]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("service")
    table.add_column("state")
    table.add_column("per second", justify="right")
    table.add_column("last turn", justify="right")
    table.add_column("restarts", justify="right")
    for service in services:
        rates = (f"{_rate(rate)} {what}" for what, rate in service.rates_per_second.items() if rate)
        turn = service.seconds_since_turn
        table.add_row(
            Text(_name(service)),
            Text(service.doing or service.state, style="" if service.well else "red"),
            Text(", ".join(rates)),
            Text("" if turn is None else f"{turn:.0f} s ago"),
            Text(str(service.restarts) if service.starts else ""),
        )
    return table


def _ends(services: list[Service]) -> Iterator[Text]:
    """Why services were started again."""
    for service in services:
        if service.restarts and service.last_end:
            times = "once" if service.restarts == 1 else f"{service.restarts} times"
            yield Text(f"{_name(service)} ended {times}, last: {service.last_end}")


def _name(service: Service) -> str:
    return f"{service.name} {service.replica}" if service.replica > 1 else service.name


def _stream(stream: Stream, run: Run | None) -> Iterator[str]:
    events = _number(run.events if run else None)
    yield f"{events} events in the journal, {_number(stream.unpublished)} due and not in Kafka yet"
    records = sum(topic.events for topic in stream.topics) if stream.topics else None
    yield f"{_number(records)} records in Kafka, {_number(stream.unwritten)} not in the lake yet"
    dead = sum(topic.dead_letters for topic in stream.topics) if stream.topics else None
    yield f"{_number(dead)} dead letters"
    for topic in stream.topics:
        if topic.dead_letters:
            yield f"  {topic.name}: {topic.dead_letters:,}, the last: {topic.last_reason}"


def _batch(batch: Batch | None) -> Iterator[str]:
    if batch is None:
        yield "no day is published yet"
        return
    yield f"{_days(batch.days_published)} published, the newest {batch.newest_day}"
    tables = batch.warehouse
    if tables:
        yield f"{_days(tables.days_loaded)} loaded, {tables.days_behind:,} behind"
        yield f"{tables.files:,} files, {tables.rows:,} rows; {tables.rows_rejected:,} rejected"
        yield from (f"  {reject}" for reject in tables.last_rejects)


def _configuration(configuration: Configuration | None) -> Iterator[str]:
    if configuration is None:
        yield "none yet"
        return
    overlay = f"under {configuration.overlay}" if configuration.overlay else "no overlay"
    sha256 = configuration.sha256[:HASH_SHOWN]
    yield f"{sha256}, model version {configuration.model_version}, {overlay}"
    for edit in configuration.edits[:COUNT_OF_EDITS]:
        what = "accepted" if edit.accepted else "refused"
        yield f"{what}, {edit.from_hour:%Y-%m-%d %H:%M}: {edit.text}"


def _volumes(volumes: list[Volume]) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("disk")
    for column in ("now", "at the end", "free"):
        table.add_column(column, justify="right")
    for volume in volumes:
        sizes = (volume.bytes, volume.predicted_bytes, volume.free_bytes)
        table.add_row(*map(Text, (volume.name, *map(_size, sizes))))
    return table


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number:,} days"


def _number(value: int | None) -> str:
    return "?" if value is None else f"{value:,}"


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _size(size: int | None) -> str:
    return "" if size is None else f"{size / 10**6:,.0f} MB"


def duration(seconds: float) -> str:
    """In the two largest units: `8 d 20 h`."""
    minutes, hours = seconds // 60, seconds // 3600
    if hours >= 24:
        return f"{hours // 24:.0f} d {hours % 24:.0f} h"
    if hours:
        return f"{hours:.0f} h {minutes % 60:.0f} min"
    return f"{minutes:.0f} min {seconds % 60:.0f} s" if minutes else f"{seconds:.0f} s"
