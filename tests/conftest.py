"""The environment of all tests: the stack's `.env`, and the same Hypothesis examples in every run.

`--hypothesis-profile=search` tries other examples in every run, and more of them.
"""

from pathlib import Path

from dotenv import load_dotenv
from hypothesis import settings

ROOT = Path(__file__).parent.parent
load_dotenv(ROOT / ".env")

settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", database=None, deadline=None, max_examples=5_000)
settings.load_profile("same")
