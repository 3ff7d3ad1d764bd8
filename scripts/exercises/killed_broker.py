"""Exercise 6: the broker is killed while the producer publishes, and nothing is lost.

The producer's status file says how many records waited for a broker that was away. The offsets say
whether all of them, and all others, reached the stream lake.
"""

from collections.abc import Sequence

from exercises import stream_proof
from exercises.findings import Findings
from exercises.stack import Stack
from monitoring import own_services
from pipeline.broker.acknowledgements import WAITED


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for an outage under load, then prove that the stream is whole."""
    [*producers] = own_services.read(stack.settings.status_dir)["producer"]
    waited = max((producer.status.facts.get(WAITED, 0) for producer in producers), default=0)
    there, wrong = [], []
    if waited:
        there.append(
            f"{waited} records waited for the broker, and were acknowledged when it was back"
        )
    else:
        wrong.append(
            "an outage: no record of the producer has waited for the broker for more than 5 s. "
            "Let time pass while the broker is away, and start it within three minutes"
        )
    records, gaps = stream_proof.gaps(stack)
    wrong += gaps or stream_proof.unpublished(stack)
    if not gaps:
        there.append(f"each of the broker's {records} records is in the stream lake, once")
    return Findings(there, wrong)
