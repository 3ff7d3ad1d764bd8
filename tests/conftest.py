"""The environment of the tests: the same `.env` as the stack's, and examples that never flake."""

from pathlib import Path

from dotenv import load_dotenv
from hypothesis import settings

ROOT = Path(__file__).parent.parent
load_dotenv(ROOT / ".env")

settings.register_profile("tests", derandomize=True, database=None, deadline=None)
settings.load_profile("tests")
