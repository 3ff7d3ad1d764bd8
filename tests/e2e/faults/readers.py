"""People and programs read: an analyst's open transaction, a dump, a consumer in our group."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from ..engine import docker
from ..stack import wait_until
from .cells import cells
from .fault_stack import HEALED_SECONDS, FaultStack

# Reads every table and view that the analyst may read, and leaves the transaction open.
READ_EVERYTHING = """
begin;
select format('select %s from %I.%I limit 1',
              (select string_agg(quote_ident(attname), ', ') from pg_attribute
               where attrelid = c.oid and attnum > 0
                 and has_column_privilege(c.oid, attnum, 'select')),
              nspname, relname)
from pg_class c join pg_namespace n on n.oid = relnamespace
where nspname in ('hospital', 'lake', 'insight') and relkind in ('r', 'v') \\gexec
select 'everything is read';
"""
# The brackets keep the command from finding itself.
END_THE_CONSUMER = "kill $(grep -l '[C]onsoleConsumer' /proc/[0-9]*/cmdline | cut -d/ -f3)"


@cells("a reader", "an analyst's transaction", "a dump")
def reader(stack: FaultStack, _draw: Random, who: str) -> None:
    """While somebody holds tables open, days are loaded and the laws are checked."""
    starts = stack.starts("batch_ingestor")
    with {"a dump": unread_dump, "an analyst's transaction": open_transaction}[who](stack):
        before = stack.loaded_days()
        wait_until(lambda: stack.loaded_days() > before + 2, HEALED_SECONDS, "days to be loaded")
        assert stack.states("batch_ingestor") == {"healthy"}
    assert stack.starts("batch_ingestor") == starts


@cells("a reader", "a consumer in our group")
def consumer_in_our_group(stack: FaultStack, _draw: Random, _who: str) -> None:
    """It takes partitions and commits offsets; the log names it when it comes and when it goes."""
    program = [
        *("kafka-console-consumer", "--bootstrap-server", "127.0.0.1:9092"),
        *("--topic", "hospital.admissions", "--group", "stream_processor"),
    ]
    [container] = stack.containers("kafka")
    with stack.saying("stream_processor", "is not ours has left the group", HEALED_SECONDS):
        with stack.saying("stream_processor", "is not ours is in the group", HEALED_SECONDS):
            consumer = subprocess.Popen(
                ["docker", "exec", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", container, *program],
                stdout=subprocess.DEVNULL,
            )
        docker("exec", container, "sh", "-c", END_THE_CONSUMER)
        consumer.wait()


@contextmanager
def open_transaction(stack: FaultStack) -> Iterator[None]:
    """An analyst has read everything and has not ended the transaction."""
    [container] = stack.containers("postgres")
    psql = 'exec psql -qAt -v ON_ERROR_STOP=1 -U "$1" -d "$POSTGRES_DB"'
    with subprocess.Popen(
        ["docker", "exec", "-i", container, "sh", "-c", psql, "sh", "analyst"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as session:
        assert session.stdin is not None and session.stdout is not None
        session.stdin.write(READ_EVERYTHING)
        session.stdin.flush()
        while (line := session.stdout.readline()) != "everything is read\n":
            assert line, "the analyst's session has ended"
        yield
        session.stdin.close()


@contextmanager
def unread_dump(stack: FaultStack) -> Iterator[None]:
    """A dump that has locked every table and stands still, because nobody reads its output."""
    [container] = stack.containers("postgres")
    dump = 'exec pg_dump -U "$POSTGRES_USER" -d "$POSTGRES_DB"'
    with subprocess.Popen(
        ["docker", "exec", container, "sh", "-c", dump], stdout=subprocess.PIPE
    ) as session:
        assert session.stdout is not None
        assert session.stdout.readline()
        yield
        assert session.poll() is None
        session.stdout.close()
