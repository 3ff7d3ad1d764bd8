"""CPU time of containers between two instants."""

import pytest

from benchmarks.counters import Sample, used_between

SAMPLES = [Sample(10.0, 4.0, 0), Sample(12.0, 6.0, 0), Sample(14.0, 6.5, 0)]


@pytest.mark.parametrize(
    ("begin", "end", "used"),
    [
        (10.0, 14.0, 2.5),
        (11.0, 13.0, 1.25),  # between samples
        (9.0, 12.0, 6.0),  # started since the beginning: all that it used
        (12.0, 20.0, 0.5),  # ended before the end
    ],
)
def test_cpu_time_is_counted_between_two_instants(begin: float, end: float, used: float) -> None:
    assert used_between(SAMPLES, begin, end) == pytest.approx(used)
