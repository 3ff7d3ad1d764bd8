"""Names other programs' consumers that share our group, because the lake waits for what they hold.

Every arrival and departure gives the group a new generation, so we ask the broker who is in the
group once per generation, and now and then while a rebalance does not complete.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, RetriableError
from kafka.structs import ConsumerGroupMetadata, MemberState

from pipeline.broker import clients
from pipeline.logs import Message
from pipeline.settings import StreamProcessorSettings

LONG_REBALANCE_SECONDS = 10

log = logging.getLogger(__name__)


class ForeignMembers:
    """The members of our consumer group that are not stream_processors."""

    def __init__(self, settings: StreamProcessorSettings) -> None:
        self._settings = settings
        self._group = settings.kafka_group_id
        self._generation: int | None = None  # the one that we have asked about
        self._last_time = time.monotonic()  # that the group was stable, or that we asked
        # member id → who it is, what it holds
        self._logged: dict[str, tuple[dict[str, str], str]] = {}

    def look(self, group: ConsumerGroupMetadata) -> None:
        """Log who has arrived and who has left since the last generation.

        Args:
            group: how our own consumer sees the group now.
        """
        now = time.monotonic()
        if group.state == MemberState.STABLE:
            self._last_time = now
            if group.generation_id != self._generation and self.ask():
                self._generation = group.generation_id
        elif now > self._last_time + LONG_REBALANCE_SECONDS:
            # Perhaps it waits for a member that keeps its place and does not rejoin.
            self._last_time = now
            self.ask()

    def ask(self) -> bool:
        """Log who is in the group now; return whether the broker says what each member holds."""
        try:
            with KafkaAdminClient(**clients.connection(self._settings)) as admin:
                found = admin.describe_groups([self._group])[self._group]
        except RetriableError as error:
            log.debug(
                Message("cannot yet ask who is in the group", group=self._group, reason=repr(error))
            )
            return False
        except KafkaError as error:
            log.warning(
                Message("cannot ask who is in the group", group=self._group, reason=repr(error))
            )
            return False
        settled: bool = found["group_state"] == "Stable"
        self._compare(
            {
                member["member_id"]: (
                    {key: member[key] for key in ("client_id", "client_host")},
                    _holdings(member["member_assignment"]) if settled else "",
                )
                for member in found["members"]
                if not member["client_id"].startswith(clients.GROUP_CLIENT_ID)
            }
        )
        return settled

    def _compare(self, foreign: dict[str, tuple[dict[str, str], str]]) -> None:
        for member_id, (who, holdings) in foreign.items():
            _, logged = self._logged.get(member_id, (who, None))
            if logged is None or (holdings and holdings != logged):
                self._logged[member_id] = who, holdings
                log.error(
                    Message(
                        "a consumer that is not ours is in the group, and events that it holds "
                        "reach the lake only after it has left: stop it, and give it its own group",
                        group=self._group,
                        **who,
                        holds=holdings or "nothing until the rebalance completes",
                    )
                )
        for member_id in self._logged.keys() - foreign.keys():
            who, _ = self._logged.pop(member_id)
            fields = {"group": self._group, **who}
            log.info(Message("the consumer that is not ours has left the group", **fields))


def _holdings(assignment: Mapping[str, Any] | str) -> str:
    """A member's partitions as text; the broker may send no assignment at all."""
    topics = assignment["assigned_partitions"] if isinstance(assignment, Mapping) else []
    held = (f"{t['topic']} partitions {' '.join(map(str, t['partitions']))}" for t in topics)
    return ", ".join(held) or "no partition"
