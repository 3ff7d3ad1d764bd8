"""What a scenario changes: hospitals with and without it, beside what chance alone does."""
