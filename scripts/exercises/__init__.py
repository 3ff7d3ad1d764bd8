"""The checks of docs/exercises: is an exercise done, and if not, what is missing?

A check looks at the result (lakes, tables, offsets, the clock's history, status files), never at
what somebody typed. It only reads. Start at `catalogue.py`: number → check.
"""
