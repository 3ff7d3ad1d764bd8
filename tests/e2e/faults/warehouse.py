"""The batch_ingestor or Postgres is killed within a COPY, just before a COMMIT, or just after."""

from random import Random

from ..engine import docker
from ..stack import wait_until
from .cells import cells
from .fault_stack import FaultStack
from .processes import frozen

ROW = "killed around COMMIT"
VICTIMS = ("batch_ingestor", "postgres")
GATE_KEY = 4711

# Whoever fires a trigger named gate waits while the test holds the key.
GATE = f"""
create function public.wait_at_the_gate() returns trigger language plpgsql security definer as
    $$ begin perform pg_advisory_xact_lock({GATE_KEY}); return new; end $$
"""
# One row in ten fires it: usually some rows of the file are in the table already.
WITHIN_COPY = """
create trigger gate before insert on hospital.{table} for each row when (random() < 0.1)
    execute function public.wait_at_the_gate()
"""
AT_COMMIT = """
create constraint trigger gate after insert on lake.ingested_days deferrable initially deferred
    for each row execute function public.wait_at_the_gate()
"""
NO_GATE = "drop function public.wait_at_the_gate cascade"
WAITS = (
    "select 1 from pg_stat_activity where query ilike '%{statement}%' and wait_event = 'advisory'"
    " and application_name = 'batch_ingestor'"
)


@cells(ROW, *(("in COPY", victim) for victim in VICTIMS))
def killed_in_copy(stack: FaultStack, draw: Random, _moment: str, victim: str) -> None:
    """A COPY waits at the gate, some of its rows inserted; the ingestor is frozen meanwhile."""
    [ingestor] = stack.containers("batch_ingestor")
    table = draw.choice(("registrations", "admissions", "shifts"))
    stack.query(f"{GATE}; {WITHIN_COPY.format(table=table)}")
    with stack.lock_held(GATE_KEY):
        wait_until(lambda: waits(stack, "copy"), 60, f"a COPY into {table} to wait at the gate")
        with frozen(ingestor):
            kill_beside_frozen(stack, victim, ingestor)
    remove_gate(stack)


@cells(ROW, *((f"{when} COMMIT", victim) for when in ("before", "after") for victim in VICTIMS))
def killed_at_commit(stack: FaultStack, _draw: Random, moment: str, victim: str) -> None:
    """A COMMIT waits at the gate; the ingestor that sent it is frozen before Postgres answers."""
    [ingestor] = stack.containers("batch_ingestor")
    stack.query(f"{GATE}; {AT_COMMIT}")
    with stack.lock_held(GATE_KEY) as holder:
        wait_until(lambda: waits(stack, "commit"), 60, "a COMMIT to wait at the gate")
        with frozen(ingestor):
            days = stack.loaded_days()
            if moment == "after COMMIT":
                holder.close()
                wait_until(lambda: stack.loaded_days() == days + 1, 20, "the COMMIT to complete")
            kill_beside_frozen(stack, victim, ingestor)
    remove_gate(stack)


def waits(stack: FaultStack, statement: str) -> bool:
    """Whether the batch_ingestor's session waits at the gate within such a statement."""
    return bool(stack.query(WAITS.format(statement=statement)))


def kill_beside_frozen(stack: FaultStack, victim: str, ingestor: str) -> None:
    """Kill Postgres, which the frozen ingestor cannot notice yet, or kill the ingestor."""
    if victim == "postgres":
        stack.crash("postgres")
    else:
        docker("kill", "--signal", "KILL", ingestor)
        docker("start", ingestor)


def remove_gate(stack: FaultStack) -> None:
    wait_until(lambda: stack.states("postgres") == {"healthy"}, 60, "Postgres to be healthy")
    stack.query(NO_GATE)
