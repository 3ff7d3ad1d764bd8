"""The figures are Prometheus text by its conventions, and unknown ones are left out."""

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


def test_names_have_units_and_counters_end_in_total(report: Report) -> None:
    for family in text_string_to_metric_families(metrics.text(report)):
        assert family.name.startswith("hospital_")
        assert family.documentation
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
