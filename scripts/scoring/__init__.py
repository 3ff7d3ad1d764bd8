"""The answer key of planted faults, and how much of it a pipeline's findings name."""
