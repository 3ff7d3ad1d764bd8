"""The golden run comes out byte for byte as it is kept, or MODEL_VERSION has been raised."""

import json
from pathlib import Path

import pytest

from hospital import MODEL_VERSION

from . import golden_run
from .golden_run import GOLDEN, VERSIONS, VersionNotRaised


def test_the_golden_run_comes_out_the_same() -> None:
    kept, made = golden_run.kept(), dict(golden_run.files())
    assert made.keys() == kept.keys()
    for name, content in made.items():
        # The first line that differs says more than two long texts.
        lines = zip(content.splitlines(), kept[name].splitlines(), strict=False)
        for number, (now, before) in enumerate(lines, start=1):
            assert now == before, f"{name}, line {number}: see golden_run.py"
        assert content == kept[name], f"{name} has another number of lines"


def test_the_kept_files_are_those_of_the_model_version() -> None:
    versions = json.loads((GOLDEN / VERSIONS).read_bytes())
    assert versions[str(MODEL_VERSION)] == golden_run.fingerprint(golden_run.kept())
    assert [*versions] == [str(number) for number in range(1, MODEL_VERSION + 1)]


def test_other_bytes_need_a_raised_version(tmp_path: Path) -> None:
    golden_run.write({"week/a.csv": "a\n1\n"}, 1, tmp_path)
    golden_run.write({"week/a.csv": "a\n1\n"}, 1, tmp_path)  # the same bytes: nothing to raise
    first = (tmp_path / VERSIONS).read_bytes()
    for other, version in ({"week/a.csv": "a\n2\n"}, 1), ({"week/b.csv": "a\n1\n"}, 3):
        with pytest.raises(VersionNotRaised, match="raise it by one"):
            golden_run.write(other, version, tmp_path)
    assert golden_run.kept(tmp_path) == {"week/a.csv": "a\n1\n"}
    assert (tmp_path / VERSIONS).read_bytes() == first

    golden_run.write({"week/a.csv": "a\n2\n"}, 2, tmp_path)
    assert golden_run.kept(tmp_path) == {"week/a.csv": "a\n2\n"}
    assert json.loads(first).items() < json.loads((tmp_path / VERSIONS).read_bytes()).items()
    with pytest.raises(VersionNotRaised):  # the files are those of version 2 now
        golden_run.write({"week/a.csv": "a\n1\n"}, 1, tmp_path)
