"""Hypothesis draws the same examples in every run; `--hypothesis-profile=search` looks for more."""

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("search", deadline=None, max_examples=5_000, print_blob=True)
settings.load_profile("same")
