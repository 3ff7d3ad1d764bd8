"""The environment of the tests: the same `.env` as the stack's, as python-dotenv reads it."""

from pathlib import Path

from dotenv import load_dotenv

ROOT = Path(__file__).parent.parent
load_dotenv(ROOT / ".env")
