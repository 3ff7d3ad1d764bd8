"""A ward's beds, boarders and nurses against its need, and the sums over wards."""

from collections import Counter
from collections.abc import Callable

import pytest

from figures.network import Network, network_of
from figures.present import Baseline, Shift, Stay, present
from figures.wards import WardNow, total, wards_now

from ..hospital.small_run import Files
from .happenings import MIDNIGHT, OTHER_WARD, WARD, at

STAYS = {
    **{f"E-{number}": Stay(WARD, f"{WARD}-{number:03d}", at(0)) for number in (1, 2, 17)},
    "E-boards": Stay(WARD, None, at(2)),
    "E-boards-longest": Stay(WARD, None, at(1)),
    "E-elsewhere": Stay("PTA-ICU", "PTA-ICU-009", at(1)),
}


@pytest.fixture
def network(shipped: Callable[[], Files]) -> Network:
    return network_of(shipped())


def wards(network: Network, shifts: list[Shift] | None = None) -> dict[str, WardNow]:
    """What the stays say, with these people on shift."""
    told = present(Baseline(MIDNIGHT, STAYS, frozenset({OTHER_WARD})), [])
    return {now.ward.ward_id: now for now in wards_now(network, told._replace(shifts=shifts))}


def test_a_ward_shows_the_beds_that_are_taken_and_who_waits_longest_first(
    network: Network,
) -> None:
    ward = wards(network)[WARD]
    assert ward.taken == {1, 2, 17}
    assert ward.waiting == [at(1), at(2)]
    assert (ward.patients, ward.open_beds) == (5, 203)


def test_a_closed_ward_has_no_open_bed(network: Network) -> None:
    closed = wards(network)[OTHER_WARD]
    assert closed.is_closed
    assert (closed.open_beds, closed.ward.beds) == (0, 126)


def test_nurses_are_counted_against_the_target_of_the_ward(network: Network) -> None:
    nurses = [Shift(WARD, "nurse"), Shift(WARD, "nurse"), Shift(WARD, "doctor")]
    now = wards(network, [*nurses, Shift("JHB-ED", "nurse")])
    assert now[WARD].staff == Counter(nurse=2, doctor=1)
    assert (now[WARD].nurses_needed, now[WARD].nurses_short) == (1, 0)
    assert now[WARD].patients_per_nurse == 2.5
    critical = now["PTA-ICU"]
    assert critical.ward.patients_per_nurse == 2
    assert (critical.nurses_needed, critical.nurses_short) == (1, 1)
    assert critical.patients_per_nurse is None
    emergency = now["JHB-ED"]
    assert (emergency.nurses_needed, emergency.nurses_short) == (None, 0)
    assert emergency.staff == Counter(nurse=1)


def test_without_news_of_the_shifts_no_ward_is_said_to_be_short(network: Network) -> None:
    now = wards(network)
    assert all(ward.staff is None and not ward.nurses_short for ward in now.values())


def test_the_sum_counts_open_beds_only(network: Network) -> None:
    of_jhb = [now for now in wards(network).values() if now.ward.hospital_id == "JHB"]
    assert total(of_jhb) == (3, 461 - 126, 2, at(1))
    assert total([]) == (0, 0, 0, "")


def test_wards_are_in_order_of_size_and_emergency_departments_come_last(network: Network) -> None:
    of_pta = [ward.ward_id for ward in network.wards.values() if ward.hospital_id == "PTA"]
    assert of_pta == [f"PTA-{code}" for code in ("MED", "SUR", "PAE", "OBS", "HC", "ICU", "ED")]
    assert network.place("JHB-ED") == "Emergency department"
    assert network.place("JHB-OLD") == "JHB-OLD"
