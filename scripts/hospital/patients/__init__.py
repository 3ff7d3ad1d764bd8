"""The patients: arrivals, encounters, stays and transfers. Start reading at `encounters.py`."""
