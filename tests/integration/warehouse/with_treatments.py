"""One dataset more, as a user adds one: a section of datasets.yaml and a migration, no code."""

from pathlib import Path

from pipeline import atomic_files
from pipeline.warehouse.migrations import Migration

from .small_lake import ROOT

HERE = Path(__file__).parent


def write_configs(directory: Path) -> Path:
    """Our own datasets.yaml with the section at its end."""
    ours = (ROOT / "configs" / "datasets.yaml").read_text(encoding="utf-8")
    more = (HERE / "treatments.yaml").read_text(encoding="utf-8")
    (directory / "datasets.yaml").write_text(f"{ours}\n{more}", encoding="utf-8")
    return directory


def migration(version: int) -> Migration:
    """The file as the next migration."""
    content = (HERE / "treatments.sql").read_bytes()
    return Migration(version, "treatments", atomic_files.sha256(content), content.decode())
