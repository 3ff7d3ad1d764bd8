"""The environment of the tests: the same `.env` as the stack's, and examples that never flake.

`--hypothesis-profile=search` looks for other and more examples.
"""

from pathlib import Path

from dotenv import load_dotenv
from hypothesis import settings

ROOT = Path(__file__).parent.parent
load_dotenv(ROOT / ".env")

settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.register_profile("search", database=None, deadline=None, max_examples=5_000)
settings.load_profile("same")
