"""The judge can say no: each kind of damage is found, and named exactly; then it is mended."""

from collections.abc import Iterator

import pytest

from .stack import PYTHON_SERVICES, Stack, small_simulation

DAY = "2021-04-20"
OF_THE_DAY = f"where simulated_date = '{DAY}'"
LAST_DAY = "2021-05-06"
TRANSPORTS = "/lake/stream/hospital.transports"
KEPT = "/lake/batch/.kept"  # a name with a dot is not part of the lake


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    simulation = small_simulation(real_days=0, days=30)
    own = Stack("reconcile", simulation, more_files=("tests/e2e/damage.yml",))
    try:
        own.write_configs()
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        own.wait_for_log("scheduler", "the run is over", seconds=120)
        own.wait_until_reconciled(seconds=120)
        # What is damaged must not be mended meanwhile, nor waited for.
        own.compose("stop", *PYTHON_SERVICES)
        own.environment["RECONCILE_PATIENCE_SECONDS"] = "0.1"
        yield own
    finally:
        own.down()


def shell(stack: Stack, script: str) -> str:
    """Run a script as root beside both lakes; what it printed."""
    return stack.compose("exec", "-T", "editor", "sh", "-euc", script).strip()


def assert_it_says_no(stack: Stack, *said: str) -> None:
    """`reconcile` ends with 1, and each text stands in one of the differences."""
    result = stack.reconcile()
    assert result.returncode == 1, result.stdout + result.stderr
    found = [line.split("DIFFERS: ")[1] for line in result.stdout.splitlines() if "DIFFERS" in line]
    for text in said:
        assert any(text in difference for difference in found), (text, found)
    assert f"{len(found)} comparisons differ" in result.stdout


@pytest.mark.parametrize(
    ("file", "damage", "said"),
    [
        pytest.param(
            f"{TRANSPORTS}/{DAY}/*.jsonl",
            "sed -i 1d",
            ["is there 0 times", f"{DAY}: "],
            id="a missing line",
        ),
        pytest.param(
            f"{TRANSPORTS}/{DAY}/*.jsonl", "sed -i 1p", ["is there 2 times"], id="a repeated line"
        ),
        pytest.param(
            f"{TRANSPORTS}/{LAST_DAY}/*.jsonl",
            "sed -i '$d'",
            ["hospital.transports partition 0: at ", "is there 0 times"],
            id="a line that does not come",
        ),
        pytest.param(
            f"{TRANSPORTS}/{LAST_DAY}/*.jsonl",
            "sed -i -e '$p' -e '$s/\"offset\":/&9/'",
            ["is beyond the broker's end"],
            id="a line beyond the end",
        ),
        pytest.param(
            f"{TRANSPORTS}/{DAY}/*.jsonl",
            'sed -i \'s/"transport_id":"/&X/\'',
            [f"{DAY}: the events are not those of the manifest", f"{DAY} transports transport_id "],
            id="changed events",
        ),
        pytest.param(
            f"/lake/batch/{DAY}/shifts.csv",
            "sed -i '2s/:/;/'",
            [f"{DAY} shifts.csv is not what the manifest says", f"shifts (day, shift_id) ({DAY},S"],
            id="a changed byte",
        ),
        pytest.param(
            f"/lake/batch/{DAY}/shifts.csv",
            "sed -i 2d",
            [f"shifts {DAY}: ", f"shifts (day, shift_id) ({DAY},S"],
            id="a missing row",
        ),
        pytest.param(
            f"/lake/batch/{DAY}/bed_census.csv",
            "sed -i 2s/^2021/x021/",
            ["bed_census: ", "invalid input syntax for type date"],
            id="a row that is none",
        ),
    ],
)
def test_a_damaged_file(stack: Stack, file: str, damage: str, said: list[str]) -> None:
    name = shell(stack, f"ls {file} | head -n 1")
    shell(stack, f"cp -p {name} {KEPT} && {damage} {name}")
    try:
        assert_it_says_no(stack, *said)
    finally:
        shell(stack, f"cat {KEPT} > {name} && rm {KEPT}")


@pytest.mark.parametrize(
    ("damage", "mend", "said"),
    [
        pytest.param(
            "mkdir 20210420", "rmdir 20210420", ["20210420 is no published day"], id="no day"
        ),
        pytest.param(
            "touch 2021-05-30", "rm 2021-05-30", ["2021-05-30 is no published day"], id="a file"
        ),
        pytest.param(
            f"touch {DAY}/notes.csv",
            f"rm {DAY}/notes.csv",
            [f"{DAY} notes.csv is not what the manifest says"],
            id="a file too many",
        ),
        pytest.param(
            f"cp -r {DAY} 2021-05-30 && sed -i s/{DAY}/2021-05-30/ 2021-05-30/manifest.json",
            "rm -r 2021-05-30",
            ["2021-05-30 is not loaded", f"2021-05-30 does not follow {LAST_DAY}"],
            id="a day too many",
        ),
        pytest.param(
            f"mv {DAY} .gone",
            f"mv .gone {DAY}",
            ["2021-04-21 does not follow 2021-04-19"],
            id="gap",
        ),
    ],
)
def test_a_damaged_batch_lake(stack: Stack, damage: str, mend: str, said: list[str]) -> None:
    shell(stack, f"cd /lake/batch && {damage}")
    try:
        assert_it_says_no(stack, *said)
    finally:
        shell(stack, f"cd /lake/batch && {mend}")


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
            "insert into hospital.wards values ('X', 'X', 'X', 'X', 'X', 1, '2030-01-01')",
            "delete from hospital.wards where ward_id = 'X'",
            "wards (day, ward_id) (2030-01-01,X): not in a file",
            id="a row of a day that is not published",
        ),
        pytest.param(
            "update lake.ingested_files set rows_read = rows_read - 1,"
            f" rows_loaded = rows_loaded - 1 {OF_THE_DAY} and dataset = 'shifts'",
            "update lake.ingested_files set rows_read = rows_read + 1,"
            f" rows_loaded = rows_loaded + 1 {OF_THE_DAY} and dataset = 'shifts'",
            f"shifts {DAY}: ",
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
    ],
)
def test_a_damaged_table(stack: Stack, damage: str, mend: str, said: str) -> None:
    stack.query(damage)
    try:
        assert_it_says_no(stack, said)
    finally:
        stack.query(mend)


def test_broken_laws(stack: Stack) -> None:
    change = (
        f"update hospital.bed_census set boarders = boarders + {{0}} {OF_THE_DAY};"
        f" update hospital.admissions set bed_id = {{1}} {OF_THE_DAY};"
        " update hospital.shifts"
        f" set started_at = started_at - {{0}} * interval '5 days' {OF_THE_DAY}"
    )
    stack.query(change.format("1", "bed_id || 'X'"))
    laws = (f'{{"census_date":"{DAY}","ward_id":"', '{"bed_id":"', '{"staff_id":"S')
    try:
        assert_it_says_no(stack, *laws)
    finally:
        stack.query(change.format("-1", "rtrim(bed_id, 'X')"))


def test_a_line_that_is_being_written_is_no_difference_and_all_was_mended(stack: Stack) -> None:
    newest = shell(stack, f"ls {TRANSPORTS}/{LAST_DAY}/*.jsonl | tail -n 1")
    shell(stack, f'cp -p {newest} {KEPT} && printf \'{{"topic":"hosp\' >> {newest}')
    try:
        assert "all is well" in stack.wait_until_reconciled(seconds=1)
    finally:
        shell(stack, f"cat {KEPT} > {newest} && rm {KEPT}")


def test_a_broken_manifest_is_named(stack: Stack) -> None:
    manifest = f"/lake/batch/{DAY}/manifest.json"
    shell(stack, f"cp -p {manifest} {KEPT} && truncate -s 100 {manifest}")
    result = stack.reconcile()
    shell(stack, f"cat {KEPT} > {manifest} && rm {KEPT}")
    assert result.returncode == 2
    assert f"not compared: ValueError: {DAY}: manifest.json is wrong: " in result.stdout
    assert "Traceback" not in result.stderr


def test_without_postgres_it_says_so(stack: Stack) -> None:
    stack.compose("stop", "postgres")
    try:
        result = stack.reconcile()
    finally:
        stack.compose("up", "-d", "--no-build", "--wait", "postgres")
    assert result.returncode == 2, result.stdout + result.stderr
    assert "not compared: Postgres: " in result.stdout
    assert "Traceback" not in result.stderr


def test_without_kafka_it_says_so(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stopping the broker and waiting for it again would take half a minute.
    monkeypatch.setitem(stack.environment, "KAFKA_BOOTSTRAP_SERVERS", "postgres:9092")
    monkeypatch.setitem(stack.environment, "KAFKA_REQUEST_TIMEOUT_MS", "3000")
    result = stack.reconcile()
    assert result.returncode == 2, result.stdout + result.stderr
    assert "not compared: Kafka" in result.stdout
    assert "Traceback" not in result.stderr
