"""The section `faults` of `configs/simulation.yaml`: what the sources do wrong on purpose."""

from typing import Annotated

from pydantic import Field

from hospital.config.fields import Section, Share

MOST_HOURS_LATE = 24


class Faults(Section):
    """How often each fault is planted; none is while `enabled` is false."""

    enabled: bool = False
    late_message_share: Share = 0.0
    latest_hours: Annotated[int, Field(ge=1, le=MOST_HOURS_LATE)] = MOST_HOURS_LATE
    duplicated_message_share: Share = 0.0
    malformed_message_share: Share = 0.0
    missing_message_share: Share = 0.0
    wrong_row_share: Share = 0.0
    cut_file_share: Share = 0.0
    late_day_share: Share = 0.0
