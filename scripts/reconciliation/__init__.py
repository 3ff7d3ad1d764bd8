"""What `reconcile.py` compares: the stream lake, the batch lake and the tables."""
