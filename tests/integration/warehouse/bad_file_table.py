"""The table of bad files: what is wrong, and exactly what a user reads."""

from .bad_files import (
    FILE,
    BadFile,
    header_again,
    insert,
    insert_first_again,
    no_rows,
    of_day_before,
    only_header,
    published,
    reordered,
    replace,
    twice,
    without_header,
)
from .bad_frame_table import BAD_FRAMES, HEADER
from .bad_manifest_table import BAD_MANIFESTS, EXCHANGED_FILES

STRAY_QUOTE = "a quote within a field, expected it doubled and the field in quotes"
THIRD_ROW = b"E,E:A04,P0000001,JHB,2021-04-07T00:30:00Z,emergency,walk_in,red,J45.9\n"
RETURN = "a carriage return outside quotes, expected lines to end in LF alone"

# Published like that: manifest and file agree, and the file is wrong as a whole.
WRONG_FILES = [
    BadFile("empty", published(lambda b: b"", 0), f"{HEADER} the file is empty"),
    BadFile(
        "header only, but the manifest says rows",
        published(only_header),
        f"{FILE}: 0 rows, but the manifest says 2",
    ),
    BadFile("header only, and the manifest says no rows", no_rows),
    BadFile(
        "header only, cut before the end of its line",
        published(lambda b: only_header(b)[:-1], 0),
        f"{HEADER} its line has no end: the file was cut",
    ),
    BadFile("no header", published(without_header, 1), f"{HEADER} the first line is not a header"),
    BadFile("header reordered", published(reordered), f"{HEADER} its columns are in another order"),
    BadFile(
        "header in another case",
        published(replace(b"patient_id", b"Patient_ID")),
        f"{HEADER} it is in another case",
    ),
    BadFile(
        "header with a column more",
        published(replace(b"triage", b"triage,more")),
        f"{HEADER} it has more columns",
    ),
    BadFile(
        "header with a column missing",
        published(replace(b"triage,", b"")),
        f"{HEADER} it lacks triage",
    ),
    BadFile(
        "cut within the last field",
        published(lambda b: b[:-2]),
        f"{FILE}: the last line has no end: the file was cut",
    ),
    BadFile(
        "cut at the end of a line",
        published(lambda b: b[: b[:-1].rindex(b"\n") + 1]),
        f"{FILE}: 1 row, but the manifest says 2",
    ),
    BadFile(
        "a quote is opened and never closed",
        published(replace(b",red,", b',"red,')),
        f"{FILE}: line 2: a quoted field is not closed",
    ),
    BadFile(
        "a blank line at the end",
        published(lambda b: b + b"\n"),
        f"{FILE}: 3 rows, but the manifest says 2",
    ),
    BadFile(
        "the same content (with rows) under two names",
        twice,
        "transports.csv: the same content as registrations.csv",
    ),
    BadFile(
        "the file of the day before once more",
        of_day_before,
        f"{FILE}: 2 of 2 rows are bad; the limit is 75 %. First bad row, line 2: "
        "registered_at: not on the day of the file",
    ),
]

# Published like that: a line is wrong.
WRONG_LINES = [
    BadFile(
        "header repeated in the middle",
        published(header_again, 3),
        rejected={3: "the header is repeated"},
    ),
    BadFile(
        "a row repeated",
        published(insert_first_again, 3),
        rejected={3: "encounter_id: duplicate key, already on an earlier line"},
    ),
    BadFile(
        "some lines end in CR LF",
        published(replace(b"J45.9\n", b"J45.9\r\n")),
        rejected={2: RETURN},
    ),
    BadFile("a Latin-1 byte", published(replace(b",red,", b",r\xe9d,")), rejected={2: "not UTF-8"}),
    BadFile("a NUL byte", published(replace(b",red,", b",r\0d,")), rejected={2: "a NUL character"}),
    BadFile("a stray quote", published(replace(b",red,", b',r"ed,')), rejected={2: STRAY_QUOTE}),
    BadFile(
        "two stray quotes", published(replace(b",red,", b',r"e"d,')), rejected={2: STRAY_QUOTE}
    ),
    BadFile(
        "text after a quote", published(replace(b",red,", b',"red"x,')), rejected={2: STRAY_QUOTE}
    ),
    BadFile(
        "a field more",
        published(replace(b",red,", b",red,1,")),
        rejected={2: "10 fields, expected 9"},
    ),
    BadFile(
        "a field missing", published(replace(b",red,", b",")), rejected={2: "8 fields, expected 9"}
    ),
    BadFile(
        "10,50 without quotes",
        published(replace(b",red,", b",10,50,")),
        rejected={2: "10 fields, expected 9"},
    ),
    BadFile(
        "a blank line in the middle", published(insert(b"\n"), 3), rejected={3: "a blank line"}
    ),
    BadFile(
        "a row of empty fields, as spreadsheets write it",
        published(lambda b: b + b",,,,,,,,\n", 3),
        rejected={4: "a row of empty fields"},
    ),
    BadFile(
        "a byte order mark in the middle, where two files were joined",
        published(insert(b"\xef\xbb\xbf" + THIRD_ROW), 3),
        rejected={
            3: "encounter_id: begins or ends with an invisible character, such as a non-breaking "
            "space"
        },
    ),
    BadFile(
        r"`\.` alone on a line",
        published(insert(b"\\.\n"), 3),
        rejected={3: r"a line that contains only \."},
    ),
    BadFile(
        r"`\.` alone on a line, and the manifest says no more rows",
        published(lambda b: insert(b"\\.\n")(b), 1),
        f"{FILE}: 3 rows, but the manifest says 1",
    ),
]

BAD_FILES = [*BAD_MANIFESTS, *EXCHANGED_FILES, *WRONG_FILES, *BAD_FRAMES, *WRONG_LINES]
