"""The people who live near the hospitals: who they are, and how the population turns over."""
