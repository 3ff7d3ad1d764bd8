"""What the hospital tells is what topics.yaml promises, field by field."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from pipeline.broker import topics
from pipeline.run import journal

from .conftest import CONFIGS, Place


def test_every_event_keeps_its_topics_contract(place: Callable[[str], Place]) -> None:
    run = place("run")
    run.run()
    wanted = topics.read_topics(CONFIGS).topics
    seen: Counter[tuple[str, str]] = Counter()
    for day in (date(2021, 4, 7), date(2021, 4, 8)):
        for block in journal.blocks(run.simulation / "journal", day):
            for record in block.records():
                if record.topic:
                    event = topics.check_value(wanted[record.topic], record.key, record.value)
                    seen[record.topic, str(event.__struct_config__.tag)] += 1
    assert seen.keys() == {(name, kind) for name, topic in wanted.items() for kind in topic.events}
