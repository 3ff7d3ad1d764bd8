"""How `reconcile` reads a dataset's files for its own load."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from reconciliation.tables import Files

DAY = date(2021, 4, 7)


def read(root: Path, content: bytes, rejected: set[int]) -> tuple[bytes, Files]:
    """The blocks for COPY of one file with that content."""
    (root / DAY.isoformat()).mkdir()
    (root / DAY.isoformat() / "wards.csv").write_bytes(content)
    settings = cast("Any", SimpleNamespace(batch_lake_dir=root))
    baseline = cast("Any", SimpleNamespace(manifests={DAY: None}))
    files = Files(settings, baseline, "wards", {("wards", DAY): rejected}, lambda _: None)
    return b"".join(files.blocks()), files


@pytest.mark.parametrize(
    ("content", "rejected", "rows"),
    [
        (b"a,b\n1,2\n3,\n", set(), b"2021-04-07,1,2\n2021-04-07,3,\n"),
        (b"a,b\r\n1,2\r\n3,4", set(), b"2021-04-07,1,2\n2021-04-07,3,4\n"),
        (b"a,b\n1,2\n3,4\n5,6\n", {3}, b"2021-04-07,1,2\n2021-04-07,5,6\n"),
        (b'a,b\n"x\ny",""\n3,4\n', {4}, b'2021-04-07,"x\ny",\n'),
        (b'a,b\n1,a"b"c\n"",\\.\n', set(), b'2021-04-07,1,"a""b""c"\n2021-04-07,,\\.\n'),
        (b'"a\nb",c\n1,2\n', set(), b"2021-04-07,1,2\n"),
        (b"", set(), b""),
    ],
    ids=[
        "plain",
        "carriage returns, cut",
        "a rejected row",
        "a line end in a field",
        "what COPY reads otherwise",
        "a line end in the header",
        "empty",
    ],
)
def test_each_row_stands_after_its_day(
    tmp_path: Path, content: bytes, rejected: set[int], rows: bytes
) -> None:
    found, files = read(tmp_path, content, rejected)
    assert found == rows
    assert files.at_end
    assert files.rows[DAY] == rows.count(b"2021-04-07,") + len(rejected)
