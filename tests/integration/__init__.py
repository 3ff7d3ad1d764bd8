"""Our code against a real Kafka and a real Postgres."""
