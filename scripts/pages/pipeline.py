"""The page *Pipeline*: how records flow, what was refused and why, and the room on the disks."""

from collections.abc import Callable
from html import escape

from nicegui import ui

from monitoring.report import Report
from pages.flow import flow
from pages.frame import frame
from pages.markup import table
from pages.panel import Panel
from pages.site import Site

SECONDS = 2.0
GB = 1e9


def add(site: Site) -> None:
    """Add the page to the server."""

    @ui.page("/pipeline", title="Pipeline")
    def page() -> None:
        with frame(site, "Pipeline"), ui.element("div").classes("grid"):
            panels = {title: Panel(title, title in WIDE) for title in PANELS}

        async def refresh() -> None:
            seen = await site.looks.latest()
            if seen.value:
                for title, panel in panels.items():
                    panel.show("", PANELS[title](seen.value))

        ui.timer(SECONDS, refresh)


def _batch(report: Report) -> str:
    batch = report.batch
    if batch is None:
        return "<p>No day has been published yet.</p>"
    facts: list[tuple[str, object]] = [
        ("days published", f"{batch.days_published:,}, the newest {batch.newest_day}"),
        ("fingerprint", batch.fingerprint or batch.damage),
    ]
    tables = batch.warehouse
    if tables is None:
        facts.append(("tables", "Postgres does not answer"))
    else:
        facts += [
            ("days loaded", f"{tables.days_loaded:,}, {tables.days_behind:,} behind"),
            ("rows loaded", f"{tables.rows:,} from {tables.files:,} files"),
            ("rows rejected", f"{tables.rows_rejected:,}"),
            *(("last rejected", reason) for reason in tables.last_rejects),
            *((f"{day} refused", reason) for day, reason in tables.days_refused.items()),
        ]
    return table(("What", "Now"), facts)


def _stream(report: Report) -> str:
    topics = report.stream.topics
    if not topics:
        return "<p>Kafka does not answer.</p>"
    return table(
        ("Topic", "Records#", "Dead letters#", "Reason of the last"),
        ((t.name, f"{t.events:,}", f"{t.dead_letters:,}", t.last_reason) for t in topics),
    )


def _services(report: Report) -> str:
    return table(
        ("Service", "State", "Last turn", "Restarts#", "Why it ended, or what it refused last"),
        (
            (
                f"{s.name} {s.replica}" if s.replica > 1 else s.name,
                s.reason or s.doing or s.state,
                "" if s.seconds_since_turn is None else f"{s.seconds_since_turn:.0f} s ago",
                s.restarts if s.starts else "",
                s.last_end or s.last_refusal,
            )
            for s in report.services
        ),
    )


def _disks(report: Report) -> str:
    return table(
        ("Part", "Used#", "At the end of the run#", "Free on its disk#"),
        (
            (v.name, _size(v.bytes), _size(v.predicted_bytes), _size(v.free_bytes))
            for v in report.volumes
        ),
    )


def _size(count: int | None) -> str:
    return "" if count is None else f"{count / GB:,.2f} GB"


def _configuration(report: Report) -> str:
    now = report.configuration
    if now is None:
        return "<p>None yet.</p>"
    edits = [
        (f"{e.from_hour:%Y-%m-%d %H:%M}", "accepted" if e.accepted else "refused", e.text)
        for e in now.edits
    ]
    refused = f'<p class="wrong">Refused: {escape(now.refused)}</p>' if now.refused else ""
    name = f"<p>{now.sha256[:12]}, model version {now.model_version}</p>"
    listed = table(("From", "Edit", "What changed"), edits) if edits else ""
    return refused + name + listed


# A panel's title: what makes its content of a report.
PANELS: dict[str, Callable[[Report], str]] = {
    "Flow": flow,
    "Batch path": _batch,
    "Stream path": _stream,
    "Services": _services,
    "Disks": _disks,
    "Configuration": _configuration,
}
WIDE = ("Flow", "Services")
