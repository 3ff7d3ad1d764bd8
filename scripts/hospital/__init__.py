"""WHAT happens in the hospitals: people, staff, rosters, arrivals, beds and events.

No input or output, no environment, no clock.

Start reading at `simulation.py`: one simulated hour is one pure function there.

Attributes:
    MODEL_VERSION: raised by one whenever the same seed and configuration give other bytes. It
        stands in the clock's history, in every manifest and in the state cache.
"""

MODEL_VERSION = 2
