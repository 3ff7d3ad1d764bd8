"""The figures are Prometheus text by its conventions, and unknown ones are left out."""

import re
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.parser import text_string_to_metric_families

from monitoring import metrics
from monitoring.report import Report


def samples(report: Report) -> dict[str, float]:
    """The samples by name and labels, as Prometheus reads them."""
    families = text_string_to_metric_families(metrics.text(report))
    found = (sample for family in families for sample in family.samples)
    return {
        " ".join([sample.name, *(sample.labels[name] for name in sorted(sample.labels))]): (
            sample.value
        )
        for sample in found
    }


def test_every_figure_has_its_value(report: Report) -> None:
    found = samples(report)
    assert found["hospital_well"] == 1
    assert found["hospital_run_day"] == 64
    assert found["hospital_service_restarts_total 1 producer"] == 2
    assert found["hospital_service_work_total events 1 producer"] == 67_609
    assert found["hospital_dead_letters_total hospital.admissions"] == 1
    assert found["hospital_stream_unwritten_records"] == 12
    assert found["hospital_days_behind"] == 1
    assert found["hospital_disk_predicted_bytes journal"] == 3 * 10**8


def test_what_is_unknown_has_no_sample(report: Report) -> None:
    stream = report.stream.model_copy(update={"unwritten": None, "topics": []})
    found = samples(report.model_copy(update={"run": None, "batch": None, "stream": stream}))
    assert not {name for name in found if "run_day" in name or "unwritten" in name}
    assert "hospital_days_loaded" not in found


def test_a_name_ends_in_the_unit_of_which_its_help_speaks(report: Report) -> None:
    for family in text_string_to_metric_families(metrics.text(report)):
        what = family.documentation
        unit = re.search(r"\b(seconds|bytes)\b", what, re.IGNORECASE)
        found = re.search(r"_(seconds|bytes)$", family.name)
        assert (unit and unit[1].lower()) == (found and found[1]), f"{family.name}: {what}"


def test_the_health_check_takes_no_look() -> None:
    compose = Path(__file__).parents[3].joinpath("docker-compose.yml").read_text(encoding="utf-8")
    probe = yaml.safe_load(compose)["services"]["metrics"]["healthcheck"]["test"][-1]
    [path] = re.findall(r"'GET', '([^']+)'", probe)

    def look() -> Report:
        raise AssertionError(f"{path} takes a look")

    registry = CollectorRegistry(auto_describe=False)
    registry.register(metrics.Figures(look))
    statuses: list[str] = []
    request = {"REQUEST_METHOD": "GET", "PATH_INFO": path}
    make_wsgi_app(registry)(request, lambda status, _headers: statuses.append(status))
    assert statuses == ["200 OK"]
