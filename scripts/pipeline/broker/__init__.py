"""Kafka: clients, topics, delivery, dead letters, and which partitions a process may write."""
