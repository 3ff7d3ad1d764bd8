"""Tests of the whole stack, each on a Compose project of its own, driven from outside.

Lines, rows, tables and both paths are compared by `reconcile`; test_reconcile_finds_damage shows
that it can be believed. The other modules therefore ask it, and test only what it does not see.
"""
