"""The faults that the sources make on purpose: what is planted where, all drawn from the seed.

No I/O: the scheduler asks what to plant, and writes it and the answer key (docs/planted-faults.md).
"""
