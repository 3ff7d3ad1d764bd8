"""What `status` shows is what the lakes, the broker and the tables have."""

import json
import subprocess
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ..lakes import Lakes
from ..stack import SERVICES, Stack, wait_until
from .conftest import DAYS

TERMINAL = 80


@pytest.fixture(scope="module")
def report(stack: Stack) -> dict[str, Any]:
    """A look at the run when it is over."""
    shown = stack.run("status", "--json")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    report: dict[str, Any] = json.loads(shown.stdout)
    return report


def test_all_is_well_and_over(report: dict[str, Any]) -> None:
    assert (report["well"], report["problems"]) == (True, [])
    assert {service["name"]: service["state"] for service in report["services"]} == dict.fromkeys(
        SERVICES, "works"
    )
    run = report["run"]
    assert (run["day"], run["days"], run["over"]) == (DAYS, DAYS, True)


def test_the_figures_are_those_of_the_lakes_and_the_tables(
    stack: Stack, lakes: Lakes, end_offsets: dict[str, int], report: dict[str, Any]
) -> None:
    stream, batch, tables = report["stream"], report["batch"], report["batch"]["warehouse"]
    topics = {topic["name"]: topic["events"] for topic in stream["topics"]}
    assert topics == {topic: end_offsets[topic] for topic in topics}
    assert (stream["unpublished"], stream["unwritten"]) == (0, 0)
    assert sum(topic["dead_letters"] for topic in stream["topics"]) == 0
    over = stack.wait_for_log("scheduler", "the run is over", seconds=1)
    assert f"fingerprint={batch['fingerprint']}" in over
    assert batch["days_published"] == tables["days_loaded"] == len(lakes.days())
    assert (tables["days_behind"], tables["rows_rejected"]) == (0, 0)
    assert stack.query("select count(*), sum(rows_loaded) from lake.ingested_files") == [
        f"{tables['files']}|{tables['rows']}"
    ]


def test_a_pipe_gets_80_columns_without_colour(stack: Stack) -> None:
    lines = stack.run("status").stdout.splitlines()
    assert len(lines) > 20
    assert max(map(len, lines)) <= TERMINAL
    assert "\x1b" not in "".join(lines)
    assert "all is well" in lines


def test_prometheus_reads_the_same_figures_from_a_port(
    stack: Stack, report: dict[str, Any]
) -> None:
    stack.compose("--profile", "metrics", "up", "-d", "--no-build", "metrics")

    def ask() -> str:
        # Past the engine's port, which only the machine itself can reach.
        program = (
            "import urllib.request as u; print(u.urlopen('http://metrics:8000').read().decode())"
        )
        return stack.exec("editor", "python", "-c", program, check=False)

    wait_until(lambda: "hospital_well" in ask(), 30, "the figures to be served")
    families = {family.name: family for family in text_string_to_metric_families(ask())}
    [well] = families["hospital_well"].samples
    records = {s.labels["topic"]: s.value for s in families["hospital_topic_records"].samples}
    assert well.value == 1
    assert records == {topic["name"]: topic["events"] for topic in report["stream"]["topics"]}
    [port] = subprocess.check_output(
        ["docker", "compose", "port", "metrics", "8000"], env=stack.environment, text=True
    ).splitlines()
    assert port.startswith("127.0.0.1:")
