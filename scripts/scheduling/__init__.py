"""The scheduler's own: the first start, the passing of time, edits, the run, its published days."""
