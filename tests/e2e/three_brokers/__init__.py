"""The stack with three brokers: any may be killed, and a leader may move."""
