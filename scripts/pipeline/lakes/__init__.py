"""The two lakes: JSONL segments of the stream, one directory of CSVs for each day of the batch."""
