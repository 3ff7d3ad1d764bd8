"""The batch_ingestor or Postgres is killed within a COPY, just before a COMMIT, or just after."""

import time
from random import Random

from ..stack import wait_until
from .cells import cells
from .engine import docker, frozen
from .fault_stack import FaultStack

ROW = "killed around COMMIT"
FREEZES_SECONDS = 90
GATE_KEY = 4711

# While the test holds the key, the COMMIT of the next day waits.
GATE = f"""
create function public.wait_at_the_gate() returns trigger language plpgsql security definer as
    $$ begin perform pg_advisory_xact_lock({GATE_KEY}); return null; end $$;
create constraint trigger gate after insert on lake.ingested_days
    deferrable initially deferred for each row execute function public.wait_at_the_gate()
"""
NO_GATE = "drop trigger gate on lake.ingested_days; drop function public.wait_at_the_gate"
COMMIT_WAITS = (
    "select 1 from pg_stat_activity where query ilike 'commit%' and wait_event_type = 'Lock'"
)
WITHIN_COPY = (
    "select 1 from pg_stat_activity where query ilike 'copy%' and state = 'active'"
    " and wait_event = 'ClientRead' and application_name = 'batch_ingestor'"
)


@cells(ROW, ("in COPY", "batch_ingestor"), ("in COPY", "postgres"))
def killed_in_copy(stack: FaultStack, draw: Random, _moment: str, victim: str) -> None:
    """The ingestor loads every day again, and is frozen repeatedly until it is within a COPY."""
    [ingestor] = stack.containers("batch_ingestor")
    deadline = time.monotonic() + FREEZES_SECONDS
    stack.query("delete from lake.ingested_days")
    while True:
        time.sleep(draw.uniform(0, 0.05))
        with frozen(ingestor):
            if stack.query(WITHIN_COPY):
                kill_beside_frozen(stack, victim, ingestor)
                return
            if stack.loaded_days() > 20:
                stack.query("delete from lake.ingested_days")
        assert time.monotonic() < deadline, "never frozen within a COPY"


@cells(
    ROW,
    ("before COMMIT", "batch_ingestor"),
    ("before COMMIT", "postgres"),
    ("after COMMIT", "batch_ingestor"),
    ("after COMMIT", "postgres"),
)
def killed_at_commit(stack: FaultStack, _draw: Random, moment: str, victim: str) -> None:
    """A COMMIT waits at the gate; the ingestor that sent it is frozen before Postgres answers."""
    [ingestor] = stack.containers("batch_ingestor")
    stack.query(GATE)
    with stack.lock_held(GATE_KEY) as holder:
        wait_until(lambda: bool(stack.query(COMMIT_WAITS)), 60, "a COMMIT to wait at the gate")
        with frozen(ingestor):
            days = stack.loaded_days()
            if moment == "after COMMIT":
                holder.close()
                wait_until(lambda: stack.loaded_days() == days + 1, 20, "the COMMIT to complete")
            kill_beside_frozen(stack, victim, ingestor)
    wait_until(lambda: stack.states("postgres") == {"healthy"}, 60, "Postgres to be healthy")
    stack.query(NO_GATE)


def kill_beside_frozen(stack: FaultStack, victim: str, ingestor: str) -> None:
    """Kill Postgres, which the frozen ingestor cannot notice yet, or kill the ingestor."""
    if victim == "postgres":
        stack.crash("postgres")
    else:
        docker("kill", "--signal", "KILL", ingestor)
        docker("start", ingestor)
