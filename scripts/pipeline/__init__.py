"""How bytes move: settings, clock, journal, lakes, Kafka, Postgres, the service loop.

Nothing in here knows what a patient is; that is `hospital/`.
"""
