"""Kafka and Postgres outside of the stack are used by changing `.env` only."""

from collections.abc import Iterator

import pytest

from .stack import PYTHON_SERVICES, Stack, small_simulation

# What a person would write into .env.
OUTSIDE = {
    "KAFKA_BOOTSTRAP_SERVERS": "outside-kafka:9093",
    "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
    "KAFKA_SASL_MECHANISM": "PLAIN",
    "KAFKA_SASL_USERNAME": "pipeline",
    "KAFKA_SASL_PASSWORD": "outside-password",
    "POSTGRES_HOST": "outside-postgres",
    "POSTGRES_SSLMODE": "verify-full",
    "POSTGRES_SSLROOTCERT": "/configs/ca.pem",
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    own = Stack(
        "outside", small_simulation(real_days=0, days=5), OUTSIDE, ("tests/e2e/outside.yml",)
    )
    try:
        own.write_configs()
        own.up("outside-kafka", "outside-postgres")
        certificate = own.compose("exec", "-T", "outside-postgres", "cat", "/tmp/certificate.pem")
        own.edit("ca.pem", certificate)
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        yield own
    finally:
        own.down()


def test_all_arrives_outside_and_nothing_inside(stack: Stack) -> None:
    stack.wait_for_log("scheduler", "the run is over", seconds=120)
    assert "all is well" in stack.wait_until_reconciled(seconds=60)
    assert stack.query("select count(*) from pg_namespace where nspname = 'hospital'") == ["0"]
    inside = stack.compose(
        *("exec", "-T", "-e", "KAFKA_HEAP_OPTS=-Xmx128m", "kafka"),
        *("kafka-topics", "--bootstrap-server", "127.0.0.1:9092", "--list"),
    )
    assert inside.split() == []
