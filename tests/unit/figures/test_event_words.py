"""Every event of the contract is told in words, without a key that only a program knows."""

from collections.abc import Callable

import pytest

from figures.event_words import WORDS, words
from figures.network import network_of
from pipeline.broker.topics import read_topics

from ..hospital.small_run import CONFIGS, Files
from .happenings import at, event


def test_there_are_words_for_every_event_of_the_topics() -> None:
    types = {name for topic in read_topics(CONFIGS).topics.values() for name in topic.events}
    assert set(WORDS) == types


@pytest.mark.parametrize(
    ("event_type", "fields", "expected"),
    [
        (
            "registered",
            {"arrival_mode": "walk_in", "triage": "red"},
            "A patient walked in, triage red",
        ),
        (
            "registered",
            {"arrival_mode": "referral", "triage": None},
            "A patient came for a planned admission",
        ),
        (
            "admitted",
            {"ward_id": "JHB-MED", "bed_id": "JHB-MED-017"},
            "Admitted to Internal medicine, bed 017",
        ),
        ("admitted", {"ward_id": "JHB-MED"}, "Admitted to Internal medicine, no bed yet"),
        (
            "transferred",
            {
                "previous_ward_id": "JHB-MED",
                "ward_id": "JHB-ICU",
                "bed_id": "JHB-ICU-001",
                "reason": "step_up",
            },
            "Moved from Internal medicine to Intensive care, bed 001: needs more intensive care",
        ),
        (
            "transferred",
            {
                "previous_ward_id": "JHB-MED",
                "ward_id": "JHB-MED",
                "bed_id": "JHB-MED-001",
                "reason": "bed_found",
            },
            "Moved within Internal medicine, bed 001: a bed was found",
        ),
        (
            "discharged",
            {"ward_id": "JHB-PAE", "disposition": "home"},
            "A patient of Paediatrics went home",
        ),
        (
            "departed",
            {"origin": "Soweto", "transport_type": "ambulance"},
            "An ambulance from Soweto set out",
        ),
        (
            "arrived",
            {"origin": "SOW", "transport_type": "inter_hospital"},
            "A transfer from Soweto District Hospital arrived",
        ),
        (
            "absent",
            {"role": "nursing_assistant", "shift_name": "night", "ward_id": "JHB-ED"},
            "A nursing assistant did not come to the night shift (Emergency department)",
        ),
        ("unheard_of", {}, "unheard_of"),
    ],
)
def test_an_event_is_told_in_words(
    event_type: str,
    fields: dict[str, str | None],
    expected: str,
    shipped: Callable[[], Files],
) -> None:
    assert words(event(event_type, at(1), **fields), network_of(shipped())) == expected
