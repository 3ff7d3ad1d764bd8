"""Delivery of the journal's records to Kafka: each once, in order, within a bounded window."""

from pipeline.broker import clients, partitions, resume
from pipeline.broker.acknowledgements import Acknowledgements
from pipeline.broker.resume import Progress
from pipeline.broker.topics import Topics
from pipeline.run.journal import Record
from pipeline.service import end_now
from pipeline.settings import ProducerSettings


class Delivery:
    """Sends the records that the broker does not have yet.

    Attributes:
        resume_number: running number of the event from which to read the journal.
    """

    def __init__(
        self, settings: ProducerSettings, topics: Topics, acknowledgements: Acknowledgements
    ) -> None:
        """Ask the broker what it has. Raises what kafka-python raises."""
        found = resume.progress(settings, topics)
        self._progress: dict[str, list[Progress]] = {name: [] for name in topics.topics}
        for partition in partitions.all_partitions(topics):
            self._progress[partition.topic].append(found[partition])
        self._acknowledgements = acknowledgements
        self._producer = clients.producer(settings)
        # A topic that was deleted is furthest behind and is filled from the start.
        newest = [max(p.last_number for p in of_topic) for of_topic in self._progress.values()]
        self.resume_number = max(0, min(newest) + 1 - settings.producer_window_events)

    def send(self, record: Record) -> bool:
        """Send a record unless the broker has it. Waits while the window is full.

        Returns:
            Whether the record was sent.
        """
        of_topic = self._progress[record.topic]  # by partition
        index = partitions.index_of(record.key, len(of_topic))
        progress = of_topic[index]
        if record.number <= progress.last_number:
            return False
        self._acknowledgements.wait_for_room(record.number)
        headers = [(resume.NUMBER_HEADER, b"%d" % record.number)]
        future = self._producer.send(
            record.topic, record.value, key=record.key, headers=headers, partition=index
        )
        future.add_errback(_end_undelivered)
        self._acknowledgements.expect(record, progress, future)
        return True

    def close(self) -> None:
        """Wait for the records that were sent, log them, then close the producer."""
        self._producer.flush(timeout=8)
        self._acknowledgements.finish()
        self._producer.close(timeout=1)


def _end_undelivered(error: BaseException) -> None:
    """End in the library's thread, at once, before it sends what would follow the lost record."""
    end_now(f"a record was not delivered: {error!r}")
