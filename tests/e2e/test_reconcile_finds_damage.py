"""`reconcile` finds each kind of damage and names it exactly; each test mends what it damaged.

Damage is done to a run that is over, with our services stopped, so that none of them repairs it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .stack import PYTHON_SERVICES, Stack, small_simulation

DAY = "2021-04-20"
OF_THE_DAY = f"where simulated_date = '{DAY}'"
LAST_DAY = "2021-05-06"
TRANSPORTS = "/lake/stream/hospital.transports"
BACKUP = "/lake/batch/.backup"  # a name that begins with a dot is not part of the lake


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = small_simulation(real_days=0, days=30)
    with Stack("reconcile", simulation, more_files=("tests/e2e/damage.yml",)) as own:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        own.compose("stop", *PYTHON_SERVICES)
        own.environment["RECONCILE_TIMEOUT_SECONDS"] = "0.1"  # no service will catch up
        yield own


def shell(stack: Stack, script: str) -> str:
    """Run a script as root in a container that sees both lakes; return its output."""
    return stack.exec("editor", "sh", "-euc", script).strip()


@contextmanager
def damaged(stack: Stack, file: str, damage: str) -> Iterator[None]:
    """A file, named by path or pattern, as the command `damage` changes it meanwhile."""
    name = shell(stack, f"ls {file} | head -n 1")
    shell(stack, f"cp -p {name} {BACKUP} && {damage} {name}")
    try:
        yield
    finally:
        shell(stack, f"cat {BACKUP} > {name} && rm {BACKUP}")


def assert_differences(stack: Stack, *texts: str) -> None:
    """`reconcile` exits with 1, and each of the texts is part of a difference that it prints."""
    result = stack.reconcile()
    assert result.returncode == 1, result.stdout + result.stderr
    found = [line.split("DIFFERS: ")[1] for line in result.stdout.splitlines() if "DIFFERS" in line]
    for text in texts:
        assert any(text in difference for difference in found), (text, found)
    assert f"comparisons that differ: {len(found)}\n" in result.stdout


def assert_not_compared(stack: Stack, reason: str) -> None:
    """`reconcile` exits with 2 and prints the reason, without a traceback."""
    result = stack.reconcile()
    assert result.returncode == 2, result.stdout + result.stderr
    assert f"not compared: {reason}" in result.stdout
    assert "Traceback" not in result.stderr


FILES = {
    "a missing line": (
        f"{TRANSPORTS}/{DAY}/*.jsonl",
        "sed -i 1d",
        ["is missing", f"{DAY}: "],
    ),
    "a repeated line": (f"{TRANSPORTS}/{DAY}/*.jsonl", "sed -i 1p", ["appears 2 times"]),
    "a line that never arrives": (
        f"{TRANSPORTS}/{LAST_DAY}/*.jsonl",
        "sed -i '$d'",
        ["hospital.transports partition 0: at ", "is missing"],
    ),
    "a line beyond the broker's end": (
        f"{TRANSPORTS}/{LAST_DAY}/*.jsonl",
        "sed -i -e '$p' -e '$s/\"offset\":/&9/'",
        ["is beyond the broker's end"],
    ),
    "changed events": (
        f"{TRANSPORTS}/{DAY}/*.jsonl",
        'sed -i \'s/"transport_id":"/&X/\'',
        [f"{DAY}: the events are not those of the manifest", f"{DAY} transports transport_id "],
    ),
    "a changed byte": (
        f"/lake/batch/{DAY}/shifts.csv",
        "sed -i '2s/:/;/'",
        [f"{DAY} shifts.csv is not what the manifest says", f"shifts (day, shift_id) ({DAY},S"],
    ),
    "a missing row": (
        f"/lake/batch/{DAY}/shifts.csv",
        "sed -i 2d",
        [f"shifts {DAY}: ", f"shifts (day, shift_id) ({DAY},S"],
    ),
    "a row that is not valid": (
        f"/lake/batch/{DAY}/bed_census.csv",
        "sed -i 2s/^2021/x021/",
        ["bed_census: ", "invalid input syntax for type date"],
    ),
}


@pytest.mark.parametrize(("file", "damage", "texts"), FILES.values(), ids=FILES.keys())
def test_damage_to_a_file_is_named(stack: Stack, file: str, damage: str, texts: list[str]) -> None:
    with damaged(stack, file, damage):
        assert_differences(stack, *texts)


BATCH_LAKE = {
    "a directory that is not a day": (
        "mkdir 20210420",
        "rmdir 20210420",
        ["20210420 is not a published day"],
    ),
    "a file in place of a day": (
        "touch 2021-05-30",
        "rm 2021-05-30",
        ["2021-05-30 is not a published day"],
    ),
    "a file that is not in the manifest": (
        f"touch {DAY}/notes.csv",
        f"rm {DAY}/notes.csv",
        [f"{DAY} notes.csv is not what the manifest says"],
    ),
    "a day that the scheduler did not publish": (
        f"cp -r {DAY} 2021-05-30 && sed -i s/{DAY}/2021-05-30/ 2021-05-30/manifest.json",
        "rm -r 2021-05-30",
        ["2021-05-30 is not loaded", f"2021-05-30 does not follow {LAST_DAY}"],
    ),
    "a missing day": (
        f"mv {DAY} .gone",
        f"mv .gone {DAY}",
        ["2021-04-21 does not follow 2021-04-19"],
    ),
}


@pytest.mark.parametrize(("damage", "mend", "texts"), BATCH_LAKE.values(), ids=BATCH_LAKE.keys())
def test_damage_to_the_batch_lake_is_named(
    stack: Stack, damage: str, mend: str, texts: list[str]
) -> None:
    shell(stack, f"cd /lake/batch && {damage}")
    try:
        assert_differences(stack, *texts)
    finally:
        shell(stack, f"cd /lake/batch && {mend}")


TABLES = {
    "a changed value": (
        f"update hospital.shifts set role = upper(role) {OF_THE_DAY}",
        f"update hospital.shifts set role = lower(role) {OF_THE_DAY}",
        f"shifts (day, shift_id) ({DAY},S",
    ),
    "deleted rows": (
        f"create table public.backup as select * from hospital.transports {OF_THE_DAY};"
        f" delete from hospital.transports {OF_THE_DAY}",
        "insert into hospital.transports select * from public.backup; drop table public.backup",
        f"transports (day, transport_id) ({DAY},",
    ),
    "a row of a day that is not published": (
        "insert into hospital.wards values ('X', 'X', 'X', 'X', 'X', 1, '2030-01-01')",
        "delete from hospital.wards where ward_id = 'X'",
        "wards (day, ward_id) (2030-01-01,X): not in a file",
    ),
    "a ledger that miscounts": (
        "update lake.ingested_files set rows_read = rows_read - 1,"
        f" rows_loaded = rows_loaded - 1 {OF_THE_DAY} and dataset = 'shifts'",
        "update lake.ingested_files set rows_read = rows_read + 1,"
        f" rows_loaded = rows_loaded + 1 {OF_THE_DAY} and dataset = 'shifts'",
        f"shifts {DAY}: ",
    ),
    "a refused day": (
        "create table public.backup as select manifest_sha256 from lake.ingested_days"
        f" {OF_THE_DAY}; update lake.ingested_days set manifest_sha256 = null,"
        f" refused_reason = 'a test' {OF_THE_DAY}",
        "update lake.ingested_days set manifest_sha256 = b.manifest_sha256,"
        f" refused_reason = null from public.backup b {OF_THE_DAY}; drop table public.backup",
        f"{DAY} is not loaded",
    ),
}


@pytest.mark.parametrize(("damage", "mend", "text"), TABLES.values(), ids=TABLES.keys())
def test_damage_to_a_table_is_named(stack: Stack, damage: str, mend: str, text: str) -> None:
    stack.query(damage)
    try:
        assert_differences(stack, text)
    finally:
        stack.query(mend)


def test_a_broken_law_of_the_hospital_is_named(stack: Stack) -> None:
    change = (
        f"update hospital.bed_census set boarders = boarders + {{0}} {OF_THE_DAY};"
        f" update hospital.admissions set bed_id = {{1}} {OF_THE_DAY};"
        " update hospital.shifts"
        f" set started_at = started_at - {{0}} * interval '5 days' {OF_THE_DAY}"
    )
    stack.query(change.format("1", "bed_id || 'X'"))
    laws = (f'{{"census_date":"{DAY}","ward_id":"', '{"bed_id":"', '{"staff_id":"S')
    try:
        assert_differences(stack, *laws)
    finally:
        stack.query(change.format("-1", "rtrim(bed_id, 'X')"))


def test_a_line_being_written_is_no_difference_and_nothing_else_is_damaged(stack: Stack) -> None:
    with damaged(stack, f"{TRANSPORTS}/{LAST_DAY}/*.jsonl", 'printf \'{"topic":"hosp\' >>'):
        assert "all is well" in stack.wait_until_reconciled(seconds=1)


def test_a_broken_manifest_is_named(stack: Stack) -> None:
    with damaged(stack, f"/lake/batch/{DAY}/manifest.json", "truncate -s 100"):
        assert_not_compared(stack, f"ValueError: {DAY}: manifest.json is wrong: ")


def test_without_postgres_it_says_so(stack: Stack) -> None:
    stack.compose("stop", "postgres")
    try:
        assert_not_compared(stack, "Postgres: ")
    finally:
        stack.compose("up", "-d", "--no-build", "--wait", "postgres")


def test_without_kafka_it_says_so(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    # An address without a broker: to stop the real one and wait for it takes half a minute.
    monkeypatch.setitem(stack.environment, "KAFKA_BOOTSTRAP_SERVERS", "postgres:9092")
    monkeypatch.setitem(stack.environment, "KAFKA_REQUEST_TIMEOUT_MS", "3000")
    assert_not_compared(stack, "Kafka")
