"""What the scheduler keeps of a run: clock, journal, configurations, the cached state."""
