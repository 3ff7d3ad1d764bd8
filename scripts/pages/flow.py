"""The flow of the pipeline as HTML: services, and what passes between them on the arrows."""

from html import escape
from typing import NamedTuple

from monitoring.report import Report, Service

FEW = 10  # of a rate, below which a decimal tells something
# Servers whose address in .env may be empty: then nobody asks them.
NOT_ALWAYS_ASKED = ("zookeeper", "pgadmin")


class Arrow(NamedTuple):
    """What passes between two services."""

    what: str  # such as: records
    rate: str  # such as: 120 events/s
    backlog: str  # such as: backlog 14


def flow(report: Report) -> str:
    """Both paths from the scheduler on, as nested lists that a style sheet lays out."""
    stream = [
        _box(report, "producer"),
        _arrow(
            Arrow(
                "records", _rate(report, "producer", "events"), _waiting(report.stream.unpublished)
            )
        ),
        _box(report, "kafka", "zookeeper"),
        _arrow(Arrow("records", "", _waiting(report.stream.unwritten))),
        _box(report, "stream_processor"),
        _arrow(Arrow("lines", _rate(report, "stream_processor", "events"), "")),
        '<div class="box"><span class="name">stream lake</span></div>',
    ]
    behind = report.batch.warehouse.days_behind if report.batch and report.batch.warehouse else None
    batch = [
        _box(report, "batch_ingestor"),
        _arrow(Arrow("rows", _rate(report, "batch_ingestor", "rows"), _waiting(behind))),
        _box(report, "postgres", "pgadmin"),
    ]
    return f"""<div class="flow">
      <div class="source">{_box(report, "scheduler")}{_rates_of_the_scheduler(report)}</div>
      <div class="paths">
        <div class="path"><b>stream</b>{_arrow(Arrow("journal", "", ""))}{"".join(stream)}</div>
        <div class="path"><b>batch</b>{_arrow(Arrow("batch lake", "", ""))}{"".join(batch)}</div>
      </div></div>"""


def _box(report: Report, *names: str) -> str:
    """A service with its state; a second one stands in the same box."""
    lines = []
    for name in names:
        replicas = _replicas(report, name)
        if not replicas and name in NOT_ALWAYS_ASKED:
            continue
        well = bool(replicas) and all(service.well for service in replicas)
        count = f" × {len(replicas)}" if len(replicas) > 1 else ""
        state = ", ".join(dict.fromkeys(service.doing or service.state for service in replicas))
        kind = "well" if well else "wrong"
        lines.append(
            f'<span class="name">{escape(name)}{count}</span>'
            f'<span class="state {kind}">{escape(state or "not seen")}</span>'
        )
    return f'<div class="box">{"".join(lines)}</div>'


def _arrow(arrow: Arrow) -> str:
    words = "".join(f"<span>{escape(text)}</span>" for text in arrow if text)
    return f'<div class="arrow">{words}</div>'


def _rate(report: Report, name: str, what: str) -> str:
    """How many of these all replicas of a service pass on in a second."""
    rate = sum(service.rates_per_second.get(what, 0.0) for service in _replicas(report, name))
    return f"{rate:,.{0 if rate >= FEW else 1}f} {what}/s" if rate else ""


def _rates_of_the_scheduler(report: Report) -> str:
    rate = _rate(report, "scheduler", "hours")
    return f'<p class="note">{escape(rate)}</p>' if rate else ""


def _replicas(report: Report, name: str) -> list[Service]:
    return [service for service in report.services if service.name == name]


def _waiting(count: int | None) -> str:
    if count is None:
        return "backlog unknown"
    return f"backlog {count:,}" if count else "no backlog"
