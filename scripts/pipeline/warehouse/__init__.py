"""Postgres: loading published days, checking every row, the ledger, the migrations."""
