"""A run that nothing disturbs, at full speed, and what people run beside it."""
