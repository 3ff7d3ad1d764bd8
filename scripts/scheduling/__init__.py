"""The scheduler's own rooms: the first start, the passing of time, computing, publishing."""
