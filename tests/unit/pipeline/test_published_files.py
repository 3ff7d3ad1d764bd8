"""Each pass over a published file says how many rows it has read."""

from contextlib import closing
from pathlib import Path

from pipeline import atomic_files
from pipeline.lakes.batch_lake import FileEntry
from pipeline.warehouse.published_files import PublishedFile


def test_each_pass_counts_its_rows_without_the_header(tmp_path: Path) -> None:
    content = b'id,note\n1,a\n2,"b\nc"\n3,d\n'
    (tmp_path / "notes.csv").write_bytes(content)
    entry = FileEntry(rows=3, bytes=len(content), sha256=atomic_files.sha256(content))
    rows: list[int] = []
    with closing(PublishedFile(tmp_path / "notes.csv", entry, rows.append)) as file:
        while file.read(8):
            pass
        # The header and a line end within quotes are lines more: it says no more than there are.
        assert rows == [1, 2, 3, 3]
        rows.clear()
        assert len(list(file.lines())) == 5
        assert rows == [3, 3]
