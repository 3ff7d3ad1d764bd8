"""The page Pipeline shows what a look saw, and nothing that it quotes becomes markup."""

import re

from monitoring.report import Report
from pages.flow import flow
from pages.markup import table
from pages.pipeline import PANELS

EVIL = "<img src=x>&\"'"


def panels(report: Report) -> str:
    """What all panels of the page show."""
    return "".join(content(report) for content in PANELS.values())


def words(html: str) -> str:
    """The text of some HTML, each element on a line."""
    return re.sub(r"<[^>]*>", "\n", html)


def test_a_table_escapes_what_it_shows_and_names_its_columns() -> None:
    html = table(("What", "How many#"), [(EVIL, 3)])
    assert "<img" not in html
    assert html.count('scope="col"') == 2
    assert '<td class="number">3</td>' in html


def test_reasons_of_refusals_are_shown_and_never_run(report: Report) -> None:
    assert report.batch and report.batch.warehouse and report.configuration
    tables = report.batch.warehouse.model_copy(update={"last_rejects": [EVIL], "rows_rejected": 1})
    batch = report.batch.model_copy(update={"warehouse": tables})
    topics = [t.model_copy(update={"last_reason": EVIL}) for t in report.stream.topics]
    services = [s.model_copy(update={"last_end": EVIL, "reason": EVIL}) for s in report.services]
    html = panels(
        report.model_copy(
            update={
                "batch": batch,
                "stream": report.stream.model_copy(update={"topics": topics}),
                "services": services,
                "configuration": report.configuration.model_copy(update={"refused": EVIL}),
            }
        )
    )
    assert "<img" not in html
    assert html.count("&lt;img") >= 5


def test_a_server_that_is_away_is_said_instead_of_figures(report: Report) -> None:
    assert report.batch
    batch = report.batch.model_copy(update={"warehouse": None})
    stream = report.stream.model_copy(update={"topics": [], "unwritten": None})
    told = words(panels(report.model_copy(update={"batch": batch, "stream": stream})))
    assert "Postgres does not answer" in told
    assert "Kafka does not answer" in told
    assert "backlog unknown" in told


def test_the_flow_adds_up_the_rates_of_replicas_and_counts_them(report: Report) -> None:
    replica = next(s for s in report.services if s.name == "stream_processor")
    second = replica.model_copy(update={"replica": 2, "rates_per_second": {"events": 934.6}})
    told = words(flow(report.model_copy(update={"services": [*report.services, second]})))
    assert "stream_processor × 2" in told
    assert "2,000 events/s" in told


def test_a_service_that_is_not_well_is_marked_in_words(report: Report) -> None:
    services = [
        s.model_copy(update={"well": False, "state": "ended"}) if s.name == "producer" else s
        for s in report.services
    ]
    html = flow(report.model_copy(update={"services": services}))
    assert '<span class="state wrong">ended</span>' in html


def test_the_flow_tells_each_backlog(report: Report) -> None:
    told = words(flow(report)).split("\n")
    assert [line for line in told if "backlog" in line] == ["no backlog", "backlog 12", "backlog 1"]
