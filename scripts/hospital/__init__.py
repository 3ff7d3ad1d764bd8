"""WHAT happens in the hospitals: people, staff, rosters, arrivals, beds and events.

No input or output, no environment, no clock.

Start reading at `simulation.py`: one simulated hour is one pure function there.
"""
