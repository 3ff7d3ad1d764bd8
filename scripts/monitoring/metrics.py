"""The report as Prometheus text, named by its conventions: base units, counters end in _total."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.hospital_run import DAY_SECONDS
from monitoring.report import Report, Run, Service, Stream, Volume, Warehouse

type Number = float | None
type Samples = Sequence[tuple[tuple[str, ...], Number]]


class Figures(Collector):
    """The figures of a report that is taken each time they are asked for."""

    def __init__(self, look: Callable[[], Report]) -> None:
        self._look = look

    def describe(self) -> list[Metric]:
        """Nothing, so that registering it takes no look."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Look, and return the figures."""
        report = self._look()
        yield gauge("well", "1 if nothing is wrong, as `status` judges it", report.well)
        yield gauge("problems", "How many things are wrong", len(report.problems))
        if report.run:
            yield from _of_the_run(report.run)
        if report.configuration:
            refused = bool(report.configuration.refused)
            yield gauge("edit_refused", "1 while the configuration files are refused", refused)
        yield from _of_the_services(report.services)
        yield from _of_the_stream(report.stream)
        if report.batch:
            days = report.batch.days_published
            yield gauge("days_published", "Days in the batch lake, day zero included", days)
            if report.batch.warehouse:
                yield from _of_the_warehouse(report.batch.warehouse)
        yield from _of_the_disks(report.volumes)


def text(report: Report) -> str:
    """The figures of a report, one a line."""
    return generate_latest(_registry(lambda: report)).decode()


def serve(look: Callable[[], Report], port: int) -> None:
    """Serve the figures of a new look to each request, until the process is stopped."""
    _server, thread = start_http_server(port, registry=_registry(look))
    thread.join()


def _registry(look: Callable[[], Report]) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(look))
    return registry


def gauge(name: str, what: str, value: Number) -> Metric:
    """A figure that goes up and down; without a sample while it is unknown."""
    return labelled_gauge(name, what, (), [((), value)])


def labelled_gauge(name: str, what: str, labels: Sequence[str], samples: Samples) -> Metric:
    """A figure for each of several things."""
    family = GaugeMetricFamily(f"hospital_{name}", what, labels=labels)
    for of, value in samples:
        if value is not None:
            family.add_metric(of, value)
    return family


def counter(name: str, what: str, labels: Sequence[str], samples: Samples) -> Metric:
    """A figure that only goes up, or begins again."""
    family = CounterMetricFamily(f"hospital_{name}", what, labels=labels)
    for of, value in samples:
        if value is not None:
            family.add_metric(of, value)
    return family


def _of_the_run(run: Run) -> Iterator[Metric]:
    now = run.simulated_time.timestamp()
    what = "The present instant in the hospital, as Unix time in seconds"
    yield gauge("simulated_time_seconds", what, now)
    yield gauge("run_day", "The day of the run, from 1", run.day)
    yield gauge("run_days", "How many days the run has", run.days)
    pace = run.real_days * DAY_SECONDS
    yield gauge("pace_seconds", "Real seconds that the whole run takes; 0 is full speed", pace)
    yield gauge("time_stands", "1 while clock.pause_at stops time", run.stands)
    left = "Real seconds to the pause or the end of the run; 0 once time stands or the run is over"
    yield gauge("remaining_seconds", left, run.seconds_left)
    yield counter("journal_events", "Events in the journal", (), [((), run.events)])


def _of_the_services(services: list[Service]) -> Iterator[Metric]:
    labels = ("service", "replica")
    every = {(service.name, str(service.replica)): service for service in services}
    own = {of: service for of, service in every.items() if service.starts}
    yield labelled_gauge(
        "service_well",
        "1 if a service or server is well",
        labels,
        [(of, s.well) for of, s in every.items()],
    )
    yield labelled_gauge(
        "service_turn_age_seconds",
        "Seconds since a service completed a turn of its loop",
        labels,
        [(of, s.seconds_since_turn) for of, s in own.items()],
    )
    yield counter(
        "service_starts", "Starts of a service", labels, [(of, s.starts) for of, s in own.items()]
    )
    yield counter(
        "service_restarts",
        "Starts of a service after an end that nobody asked for",
        labels,
        [(of, s.restarts) for of, s in own.items()],
    )
    yield counter(
        "service_work",
        "What a service did since its start, by kind of work",
        (*labels, "kind"),
        [((*of, kind), n) for of, s in own.items() for kind, n in s.counts.items()],
    )


def _of_the_stream(stream: Stream) -> Iterator[Metric]:
    yield gauge(
        "stream_unpublished_events",
        "Events of the hours that have passed which the producer has not published yet",
        stream.unpublished,
    )
    yield gauge(
        "stream_unwritten_records",
        "Records in Kafka beyond the offsets that the stream_processors committed",
        stream.unwritten,
    )
    records = [((topic.name,), topic.events) for topic in stream.topics]
    yield counter("topic_records", "Records in a topic of Kafka", ["topic"], records)
    dead = [((topic.name,), topic.dead_letters) for topic in stream.topics]
    yield counter(
        "dead_letters", "Records in the dead letter topic that belongs to a topic", ["topic"], dead
    )


def _of_the_warehouse(tables: Warehouse) -> Iterator[Metric]:
    yield gauge("days_loaded", "Published days whose rows are in the tables", tables.days_loaded)
    yield gauge(
        "days_behind", "Published days that are neither loaded nor refused", tables.days_behind
    )
    yield gauge("days_refused", "Published days that cannot be loaded", len(tables.days_refused))
    yield gauge("rows_loaded", "Rows that were loaded into the tables", tables.rows)
    yield gauge(
        "rows_rejected",
        "Rows that were rejected, each with its reason in lake.rejected_rows",
        tables.rows_rejected,
    )


def _of_the_disks(volumes: list[Volume]) -> Iterator[Metric]:
    parts = [((volume.name.replace(" ", "_").lower(),), volume) for volume in volumes]
    for name, what, samples in (
        ("used", "Bytes that a part of the pipeline uses", [(of, v.bytes) for of, v in parts]),
        (
            "predicted",
            "Bytes that a part of the pipeline will use at the end of the run",
            [(of, v.predicted_bytes) for of, v in parts],
        ),
        (
            "free",
            "Bytes that are free on the disk of a part of the pipeline",
            [(of, v.free_bytes) for of, v in parts],
        ),
    ):
        yield labelled_gauge(f"disk_{name}_bytes", what, ["part"], samples)
