"""The table of bad manifests and exchanged files: what is wrong, and exactly what a user reads."""

from .bad_files import (
    FILE,
    BadFile,
    as_directory,
    as_fifo,
    as_fifo_manifest,
    as_link,
    as_linked_day,
    as_linked_manifest,
    as_missing,
    behind,
    manifest,
    manifest_bytes,
    replace,
)

WRONG = "manifest.json is wrong"
NO_JSON = f"{WRONG}: the file: expected valid JSON"

# What is wrong with the manifest.
BAD_MANIFESTS = [
    BadFile("no manifest", manifest_bytes(None), "manifest.json is missing"),
    BadFile(
        "the manifest is empty",
        manifest_bytes(b""),
        f"{NO_JSON}: EOF while parsing a value at line 1 column 0",
    ),
    BadFile(
        "half a manifest",
        manifest_bytes(b'{"simulated_date": "20'),
        f"{NO_JSON}: EOF while parsing a string at line 1 column 22",
    ),
    BadFile(
        "the manifest is not an object",
        manifest_bytes(b"[]"),
        f"{WRONG}: the file: expected a mapping of keys",
    ),
    BadFile(
        "the manifest lacks a key",
        manifest(lambda m: m.pop("files")),
        f"{WRONG}: files: expected a value",
    ),
    BadFile(
        "the manifest has an unknown key",
        manifest(lambda m: m.update(more=1)),
        f"{WRONG}: more: unknown key (a typo?)",
    ),
    BadFile(
        "the manifest is of another day",
        manifest(lambda m: m.update(simulated_date="2020-01-01")),
        "manifest.json is of 2020-01-01, not of 2021-04-13",
    ),
    BadFile("the manifest is a link", as_linked_manifest, "manifest.json is a link"),
    BadFile(
        "the manifest is a pipe (FIFO)", as_fifo_manifest, "manifest.json is not a regular file"
    ),
    BadFile(
        "the manifest lacks a dataset",
        manifest(lambda m: m["files"].pop("shifts")),
        "manifest.json lacks shifts",
    ),
    BadFile(
        "the manifest names a file nobody knows",
        manifest(lambda m: m["files"].update(more=m["files"]["shifts"])),
        "manifest.json lists a file that is not a dataset of this day",
    ),
    BadFile(
        "`../` in a file's name",
        manifest(lambda m: m["files"].update({"../../etc/passwd": m["files"]["shifts"]})),
        "manifest.json lists a file that is not a dataset of this day",
    ),
    BadFile(
        "the manifest says more rows",
        manifest(lambda m: m["files"]["registrations"].update(rows=3)),
        f"{FILE}: 2 rows, but the manifest says 3",
    ),
    BadFile(
        "the manifest says another size",
        manifest(lambda m: m["files"]["registrations"].update(bytes=1)),
        f"{FILE}: 317 bytes, but the manifest says 1",
    ),
    BadFile(
        "the manifest says another hash",
        manifest(lambda m: m["files"]["registrations"].update(sha256="0" * 64)),
        f"{FILE}: changed since it was published (sha256 differs)",
    ),
]

# The file is not what was published.
EXCHANGED_FILES = [
    BadFile("the file is missing", as_missing, f"{FILE} is missing"),
    BadFile(
        "the file is a link",
        as_link,
        f"{FILE} is a link",
    ),
    BadFile("the file is a pipe (FIFO)", as_fifo, f"{FILE} is not a regular file"),
    BadFile("the file is a directory", as_directory, f"{FILE} is not a regular file"),
    BadFile("the day's directory is a link", as_linked_day, "2021-04-26 is not a directory"),
    BadFile(
        "cut after publishing",
        behind(lambda b: b[:-1]),
        f"{FILE}: 316 bytes, but the manifest says 317",
    ),
    BadFile(
        "cut after publishing, to nothing",
        behind(lambda b: b""),
        f"{FILE}: 0 bytes, but the manifest says 317",
    ),
    BadFile(
        "changed after publishing, same size",
        behind(replace(b",red,", b",rad,")),
        f"{FILE}: changed since it was published (sha256 differs)",
    ),
    BadFile(
        "header changed after publishing, same size",
        behind(replace(b"patient_id", b"Patient_ID")),
        f"{FILE}: changed since it was published (sha256 differs)",
    ),
]
