"""Whatever is done to a good file: loaded + rejected = rows, or refused whole with a reason.

The manifest fits the changed file, so only the content can show that something is wrong. What the
table must contain, the test knows from its own reader of RFC 4180, which reads letter by letter.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from pipeline.value_forms import INVISIBLE, MISSING_WORDS

from .own_database import Database, new_database
from .small_lake import ONE, ZERO, Lake, day_one, day_zero

DATASET = "transports"
EXAMPLES = 350
AT_ONCE = 50
GOOD_ROWS = 6

STORED = """
select simulated_date, transport_id, event_id, encounter_id, patient_id, transport_type, origin,
       hospital_id, replace(departed_at::timestamp::text, ' ', 'T') || 'Z',
       replace(arrived_at::timestamp::text, ' ', 'T') || 'Z'
from hospital.transports
"""


def good_file(lake: Lake, day: date) -> list[bytes]:
    """The lines of a file in which everything is right, with quotes and letters beyond ASCII."""
    origins = [
        "Soweto",
        '"Randburg, North"',
        '"the ""old"" mine"',
        "Zoë Park",
        "Lenasia",
        '"two\n lines"',
    ]
    rows = [
        f"T-{day:%Y%m%d}-{n},T-{day:%Y%m%d}-{n}:arrived,JHB-E2021040700-00{1 + n % 2},"
        f"P000000{1 + n % 3},ambulance,{origin},JHB,{day}T00:0{n}:00Z,{day}T01:0{n}:00Z"
        for n, origin in enumerate(origins)
    ]
    return [f"{line}\n".encode() for line in [lake.header(DATASET), *rows]]


def flip_bytes(lines: list[bytes], draw: random.Random) -> bytes:
    """Other bytes in a few places, most of them with a meaning in CSV."""
    content = bytearray(b"".join(lines))
    for _ in range(draw.randint(1, 3)):
        content[draw.randrange(len(content))] = draw.choice(b'",\n\r\\.\0; 0a\xe9\xc3\xff')
    return bytes(content)


def insert_bytes(lines: list[bytes], draw: random.Random) -> bytes:
    """A few bytes more."""
    content = b"".join(lines)
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(content) + 1)
        more = draw.choice([b'"', b",", b"\n", b"\r\n", b"\\.\n", b"\n\\.\n", b'""', b"\0", b" "])
        content = content[:place] + more + content[place:]
    return content


def cut(lines: list[bytes], draw: random.Random) -> bytes:
    """The beginning of the file."""
    content = b"".join(lines)
    return content[: draw.randrange(len(content))]


def cut_out(lines: list[bytes], draw: random.Random) -> bytes:
    """The file without a piece in its middle."""
    content = b"".join(lines)
    start = draw.randrange(len(content))
    return content[:start] + content[start + draw.randint(1, 40) :]


def swap_columns(lines: list[bytes], draw: random.Random) -> bytes:
    """Two columns exchanged, with their names or without."""
    first, second = draw.sample(range(9), 2)
    swapped = []
    for line in lines[draw.randint(0, 1) :]:
        fields = line[:-1].split(b",")
        fields[first], fields[second] = fields[second], fields[first]
        swapped.append(b",".join(fields) + b"\n")
    return b"".join(swapped if len(swapped) == len(lines) else [lines[0], *swapped])


def shuffle_lines(lines: list[bytes], draw: random.Random) -> bytes:
    """Lines in another order; often one of them twice, and one not at all."""
    others = lines[1:]
    draw.shuffle(others)
    return b"".join([lines[0], *others[1:], draw.choice([others[0], others[-1]])])


def as_tools_write(lines: list[bytes], draw: random.Random) -> bytes:
    """A field with something invisible around it, or with a word for a missing value instead."""
    number, place = draw.randrange(1, len(lines)), draw.randrange(9)
    fields = lines[number][:-1].split(b",")
    mark = draw.choice(INVISIBLE).encode()
    word = draw.choice(MISSING_WORDS).encode()
    fields[place] = draw.choice([mark + fields[place], fields[place] + mark, word, b'"%b"' % word])
    return b"".join([*lines[:number], b",".join(fields) + b"\n", *lines[number + 1 :]])


MUTATIONS: list[Callable[[list[bytes], random.Random], bytes]] = [
    *(flip_bytes, insert_bytes, cut, cut_out, swap_columns, shuffle_lines, as_tools_write),
]


def read_strictly(content: str) -> tuple[dict[int, list[str] | None], bool]:
    """By the line on which it begins, each record's fields, or None if it is malformed.

    A record that is wrong ends with its line: nobody knows what a quote further on means. Also
    whether every quote that was opened has its end, and the last line its own.
    """
    records: dict[int, list[str] | None] = {}
    fields, field, good, state = [], "", True, "start"
    line = begun = 1
    for letter in content:
        if state == "quoted" and letter == "\0":
            state = "plain"
        elif state == "quoted":
            state = "quote" if letter == '"' else "quoted"
            field += letter if letter != '"' else ""
        elif letter == '"' and state == "quote":
            field, state = field + '"', "quoted"
        elif letter == '"' and state == "start" and good:
            state = "quoted"
        elif letter in ",\n":
            fields.append(field)
            field, state = "", "start"
            if letter == "\n":
                records[begun] = fields if good else None
                fields, good, begun = [], True, line + 1
        else:
            good = good and state != "quote" and letter not in '"\r'
            field, state = field + letter, "plain"
        good = good and letter != "\0"
        line += letter == "\n"
    return records, content.endswith("\n") and state != "quoted"


def visible(field: str) -> str:
    """The field without what nobody sees at its edges."""
    return field.strip(INVISIBLE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Lake]]:
    """A database to which the good rows may refer."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, day_one())
    with new_database(lake.root, max_rejected_share=1.0) as database:
        database.migrate()
        database.ingest()
        yield database, lake


@pytest.mark.parametrize("first", range(0, EXAMPLES, AT_ONCE))
def test_nothing_differs_in_silence(home: tuple[Database, Lake], first: int) -> None:
    database, lake = home
    published = {}
    for number in range(first, first + AT_ONCE):
        day = ONE + timedelta(days=1 + number)
        draw = random.Random(number)
        original = good_file(lake, day)
        content = MUTATIONS[number % len(MUTATIONS)](original, draw)
        # The number of rows is the publisher's word: mostly what stands in the file.
        lines = content.count(b"\n") - 1
        rows = draw.choice([GOOD_ROWS, lines, max(0, lines - 1), max(0, lines - 1)])
        lake.publish(day, {name: [] for name in day_one()})
        lake.publish_again(day, DATASET, content, rows)
        published[day] = (original, content, rows)
    database.ingest()
    refused = database.refused()
    rejected = [row for row in database.rejected() if row[0] in published]
    stored = [row for row in database.ask(STORED) if row[0] in published]
    ledger = database.ask(
        "select simulated_date, rows_read, rows_loaded, rows_rejected from lake.ingested_files"
        f" where dataset = '{DATASET}'"
    )
    for day, (original, content, rows) in published.items():
        counted = [row[1:] for row in ledger if row[0] == day]
        bad = {line: why for other, _, line, why in rejected if other == day}
        in_table = {tuple(field or "" for field in row[1:]) for row in stored if row[0] == day}
        if day in refused:
            assert refused[day] and not counted and not bad and not in_table
            continue
        records, whole = read_strictly(content.decode("utf-8", "surrogateescape"))
        header = records.pop(1)
        assert whole and header == lake.header(DATASET).split(","), content
        assert counted == [(rows, len(in_table), len(bad))]
        assert len(records) == rows
        assert all(bad.values())
        good = {tuple(fields) for line, fields in records.items() if fields and line not in bad}
        assert in_table == good, content
        assert not [f for row in in_table for f in row if f in MISSING_WORDS or f != visible(f)]
        # A line that nobody touched is not left out, unless an earlier line has the same key.
        keys = [fields[0] for fields in records.values() if fields]
        for line, fields in records.items():
            text = ",".join(fields or [])
            untouched = f"{text}\n".encode("utf-8", "surrogateescape") in original
            if fields and untouched and keys.count(fields[0]) == 1:
                assert line not in bad, (line, content)


def test_the_mutations_reach_every_verdict(home: tuple[Database, Lake]) -> None:
    database, _ = home
    refused = set(database.refused())
    partly = database.ask(
        "select count(*) from lake.ingested_files where rows_rejected > 0 and rows_loaded > 0"
    )[0][0]
    whole = database.ask(
        f"select count(*) from lake.ingested_files where dataset = '{DATASET}'"
        " and rows_rejected = 0 and rows_loaded > 0"
    )[0][0]
    assert min(len(refused), partly, whole) >= EXAMPLES // 20, (len(refused), partly, whole)
