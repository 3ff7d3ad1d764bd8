"""docs/planted-faults.md shows the section as it is shipped, and findings that are read."""

import re
from pathlib import Path

import yaml

from scoring import findings
from scoring.answers import IDENTIFIED_BY

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "planted-faults.md").read_text(encoding="utf-8")


def test_the_section_is_the_shipped_one_switched_on() -> None:
    [shown] = [block for block in re.findall(r"(?s)```yaml\n(.*?)```", PAGE) if "faults:" in block]
    shipped = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))
    assert yaml.safe_load(shown)["faults"] == shipped["faults"] | {"enabled": True}


def test_the_examples_are_findings_of_every_fault() -> None:
    examples = re.findall(r"(?s)```json\n(.*?)```", PAGE)
    assert len(examples) == 2
    own, key = (findings.parse(example.splitlines()) for example in examples)
    assert {finding[0] for finding in own} == IDENTIFIED_BY.keys()
    assert len(key) == 5
