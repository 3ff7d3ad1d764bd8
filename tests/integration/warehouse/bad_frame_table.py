"""The table of what spreadsheets, R and pandas write around good columns."""

from .bad_files import FILE, BadFile, in_quotes, published, replace

HEADER = (
    f"{FILE}: expected the header encounter_id,event_id,patient_id,hospital_id,registered_at,"
    "source,arrival_mode,triage,diagnosis_code, but"
)

BAD_FRAMES = [
    BadFile(
        "separated by semicolons",
        published(lambda b: b.replace(b",", b";")),
        f"{HEADER} it is separated by semicolons",
    ),
    BadFile(
        "separated by tabs",
        published(lambda b: b.replace(b",", b"\t")),
        f"{HEADER} it is separated by tabs",
    ),
    BadFile(
        "separated by vertical bars",
        published(lambda b: b.replace(b",", b"|")),
        f"{HEADER} it is separated by vertical bars",
    ),
    BadFile(
        "names in quotes, as R writes them",
        published(in_quotes),
        f"{HEADER} its names are in quotes",
    ),
    BadFile(
        "names in quotes and row numbers, as R writes them",
        published(lambda b: b'"",' + in_quotes(b)),
        f"{HEADER} its names are in quotes, it has a column of row numbers before the others",
    ),
    BadFile(
        "row numbers, as pandas writes them",
        published(lambda b: b"," + b),
        f"{HEADER} it has a column of row numbers before the others",
    ),
    BadFile(
        "row numbers, read and written again by pandas",
        published(lambda b: b"Unnamed: 0," + b),
        f"{HEADER} it has a column of row numbers before the others",
    ),
    BadFile(
        "a line `sep=,`, as spreadsheets read it",
        published(lambda b: b"sep=,\n" + b, 3),
        f"{HEADER} it begins with a line sep=",
    ),
    BadFile(
        "all that a spreadsheet may write",
        published(
            lambda b: b"\xef\xbb\xbfsep=;\r\n" + b.replace(b",", b";").replace(b"\n", b";;\r\n"), 3
        ),
        f"{HEADER} it begins with a byte order mark, it begins with a line sep=, its lines "
        "end in CR LF, it is separated by semicolons, it has empty columns after the others",
    ),
    BadFile(
        "empty columns at the end of each line, as spreadsheets write them",
        published(lambda b: b.replace(b"\n", b",,\n")),
        f"{HEADER} it has empty columns after the others",
    ),
    BadFile(
        "an empty row before the header",
        published(lambda b: b",,,,,,,,\n" + b, 3),
        f"{HEADER} its first line is blank",
    ),
    BadFile(
        "names padded with blanks",
        published(replace(b",source,", b", source,")),
        f"{HEADER} its names are padded with blanks",
    ),
    BadFile(
        "a name padded with a non-breaking space",
        published(replace(b",source,", b",source\xc2\xa0,")),
        f"{HEADER} its names are padded with blanks",
    ),
    BadFile(
        "lines end in CR, as on old Macs",
        published(lambda b: b.replace(b"\n", b"\r")),
        f"{HEADER} its lines end in CR",
    ),
    BadFile(
        "byte order mark",
        published(lambda b: b"\xef\xbb\xbf" + b),
        f"{HEADER} it begins with a byte order mark",
    ),
    BadFile(
        "UTF-16",
        published(lambda b: b.decode().encode("utf-16")),
        f"{HEADER} it is in UTF-16",
    ),
    BadFile(
        "UTF-16 without a mark",
        published(lambda b: b.decode().encode("utf-16-le")),
        f"{HEADER} it is in UTF-16",
    ),
    BadFile(
        "lines end in CR LF",
        published(lambda b: b.replace(b"\n", b"\r\n")),
        f"{HEADER} its lines end in CR LF",
    ),
]
