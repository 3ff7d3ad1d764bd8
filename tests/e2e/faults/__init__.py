"""Faults done to a stack at work, and what must hold after each of them.

test_matrix does one fault after another to one stack; test_kills does nothing but kill;
test_one_disk fills one disk that has all volumes. After each fault all services are healthy within
120 s, both lakes grow, and `reconcile` finds that

- each event that Kafka acknowledged is in the stream lake or the dead letters, exactly once, and
  the offsets of both together have no gap;
- for each published day, the rows loaded and rejected are those of its manifest;
- each table is what an independent load of the same files gives;
- stream and batch agree on each day that is over.

At its end the run has the fingerprint and the segments of one that nothing disturbed (undisturbed).

The faults and their instants are drawn at random (chance, matrix). Each run draws others, and
prints the seed that repeats it.
"""
