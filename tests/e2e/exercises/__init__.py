"""The exercises of docs/exercises, on a stack of their own."""
