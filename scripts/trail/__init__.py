"""What `follow.py` shows: one patient's events, and where each stands in both paths."""
