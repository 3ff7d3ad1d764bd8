"""The shape of simulation.yaml and staffing.yaml: each key by itself, and keys together."""
