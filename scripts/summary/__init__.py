"""The report of a run: its figures, its charts, and the one HTML file that has them all."""
