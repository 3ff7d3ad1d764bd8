"""Side-by-side measurements of the hospital pipeline: `make bench`."""
