"""What the scheduler writes of a run: clock, journal, configurations, the cached state."""
