"""Seven days of a tiny hospital are, byte for byte, those that are kept in `golden/`."""

from .golden_run import GOLDEN, files


def test_the_golden_run_comes_out_the_same() -> None:
    kept = {
        path.relative_to(GOLDEN).as_posix(): path.read_bytes().decode()
        for path in GOLDEN.rglob("*")
        if path.suffix in (".csv", ".jsonl")
    }
    made = dict(files())
    assert made.keys() == kept.keys()
    for name, content in made.items():
        # The first line that differs says more than two long texts.
        lines = zip(content.splitlines(), kept[name].splitlines(), strict=False)
        for number, (now, before) in enumerate(lines, start=1):
            assert now == before, f"{name}, line {number}: see golden_run.py"
        assert content == kept[name], f"{name} has another number of lines"
