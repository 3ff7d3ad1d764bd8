"""The judge can say no: each kind of damage is found, and named exactly."""

from collections.abc import Iterator

import pytest

from .stack import PYTHON_SERVICES, Stack, small_simulation

DAY = "2021-04-20"
BATCH, STREAM = f"/lake/batch/{DAY}", f"/lake/stream/hospital.transports/{DAY}"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    patience = {"RECONCILE_PATIENCE_SECONDS": "5"}
    own = Stack("reconcile", small_simulation(real_days=0, days=20), patience)
    try:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        # What is damaged must not be mended meanwhile.
        own.compose("stop", *PYTHON_SERVICES)
        yield own
    finally:
        own.down()


def differences(stack: Stack) -> list[str]:
    """What `reconcile` says of each comparison that differs."""
    result = stack.reconcile()
    assert result.returncode == 1, result.stdout + result.stderr
    return [line.split("DIFFERS: ")[1] for line in result.stdout.splitlines() if "DIFFERS" in line]


@pytest.mark.parametrize(
    ("service", "file", "damage", "said"),
    [
        ("stream_processor", f"{STREAM}/*.jsonl", "sed -i 1d", "is there 0 times"),
        ("stream_processor", f"{STREAM}/*.jsonl", "sed -i 1p", "is there 2 times"),
        (
            "stream_processor",
            "/lake/stream/hospital.transports/2021-04-26/*.jsonl",
            "sed -i -e '$p' -e '$s/\"offset\":/&9/'",
            "is beyond the broker's end",
        ),
        (
            "stream_processor",
            f"{STREAM}/*.jsonl",
            'sed -i \'1s/"hospital_id":"/&X/\'',
            f"{DAY}: the events are not those of the manifest",
        ),
        ("scheduler", f"{BATCH}/shifts.csv", "sed -i 2d", "shifts.csv is not what the manifest"),
        ("scheduler", f"{BATCH}/shifts.csv", "sed -i 2p", "shifts (day, shift_id)"),
    ],
)
def test_a_damaged_file(stack: Stack, service: str, file: str, damage: str, said: str) -> None:
    shell = ("run", "--rm", "-T", "--no-deps", service, "sh", "-euc")
    name = stack.compose(*shell, f"ls {file} | head -n 1").strip()
    whole = stack.compose(*shell, f"cat {name}")
    stack.compose(*shell, f"{damage} {name}")
    try:
        found = differences(stack)
    finally:
        stack.compose(*shell, f"cat > {name}", stdin=whole.encode())
    assert any(said in difference for difference in found), found


def test_a_directory_too_many(stack: Stack) -> None:
    shell = ("run", "--rm", "-T", "--no-deps", "scheduler", "sh", "-c")
    stack.compose(*shell, "mkdir /lake/batch/20210420")
    found = differences(stack)
    stack.compose(*shell, "rmdir /lake/batch/20210420")
    assert found == ["20210420 is no published day"]


OF_THE_DAY = f"where simulated_date = '{DAY}'"


@pytest.mark.parametrize(
    ("damage", "mend", "said"),
    [
        pytest.param(
            f"update hospital.shifts set role = upper(role) {OF_THE_DAY}",
            f"update hospital.shifts set role = lower(role) {OF_THE_DAY}",
            f"shifts (day, shift_id) ({DAY},S",
            id="a changed value",
        ),
        pytest.param(
            f"create table public.kept as select * from hospital.transports {OF_THE_DAY};"
            f" delete from hospital.transports {OF_THE_DAY}",
            "insert into hospital.transports select * from public.kept; drop table public.kept",
            f"transports (day, transport_id) ({DAY},",
            id="deleted rows",
        ),
        pytest.param(
            "update lake.ingested_files set rows_read = rows_read - 1,"
            f" rows_loaded = rows_loaded - 1 {OF_THE_DAY} and dataset = 'shifts'",
            "update lake.ingested_files set rows_read = rows_read + 1,"
            f" rows_loaded = rows_loaded + 1 {OF_THE_DAY} and dataset = 'shifts'",
            f"{DAY}: ",
            id="a ledger that miscounts",
        ),
        pytest.param(
            "create table public.kept as select manifest_sha256 from lake.ingested_days"
            f" {OF_THE_DAY}; update lake.ingested_days set manifest_sha256 = null,"
            f" refused_reason = 'a test' {OF_THE_DAY}",
            "update lake.ingested_days set manifest_sha256 = k.manifest_sha256,"
            f" refused_reason = null from public.kept k {OF_THE_DAY}; drop table public.kept",
            f"{DAY} is not loaded",
            id="a refused day",
        ),
        pytest.param(
            f"update hospital.bed_census set boarders = boarders + 1 {OF_THE_DAY}",
            f"update hospital.bed_census set boarders = boarders - 1 {OF_THE_DAY}",
            f'{{"census_date":"{DAY}","ward_id":',
            id="a broken law",
        ),
    ],
)
def test_a_damaged_table(stack: Stack, damage: str, mend: str, said: str) -> None:
    stack.query(damage)
    try:
        found = differences(stack)
    finally:
        stack.query(mend)
    assert any(said in difference for difference in found), found


def test_all_was_mended(stack: Stack) -> None:
    assert "all is well" in stack.wait_until_reconciled(seconds=60)


def test_without_postgres_it_says_so(stack: Stack) -> None:
    stack.compose("stop", "postgres")
    result = stack.compose("run", "--rm", "-T", "--no-deps", "reconcile", check=False)
    stack.compose("start", "postgres")
    assert "not compared: Postgres: " in result
    assert "Traceback" not in result
