"""docs/data-dictionary.md is what `make dictionary` would write now."""

from pathlib import Path

import pytest

from tools import dictionary

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONFIGS_DIR", str(ROOT / "configs"))
    monkeypatch.setenv("MIGRATIONS_DIR", str(ROOT / "batch_ingestor" / "migrations"))
    dictionary.main()
    page = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert capsys.readouterr().out == page
