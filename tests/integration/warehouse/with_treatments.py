"""One dataset more, as a user adds one: a section of datasets.yaml and a migration, no code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline import atomic_files
from pipeline.warehouse.migrations import Migration

from .own_database import Database, new_database
from .small_lake import ROOT

HERE = Path(__file__).parent


def write_configs(directory: Path) -> Path:
    """Write our own datasets.yaml with the section at its end."""
    ours = (ROOT / "configs" / "datasets.yaml").read_text(encoding="utf-8")
    more = (HERE / "treatments.yaml").read_text(encoding="utf-8")
    (directory / "datasets.yaml").write_text(f"{ours}\n{more}", encoding="utf-8")
    return directory


@contextmanager
def database_with_treatments(
    root: Path, configs: Path, max_rejected_share: float = 0.75
) -> Iterator[Database]:
    """A new database with its schema and, as the last migration, the table of treatments."""
    content = (HERE / "treatments.sql").read_bytes()
    with new_database(root, configs_dir=configs, max_rejected_share=max_rejected_share) as database:
        version, sha256 = len(database.migrations) + 1, atomic_files.sha256(content)
        database.migrations.append(Migration(version, "treatments", sha256, content.decode()))
        database.migrate()
        yield database
