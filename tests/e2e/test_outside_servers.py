"""Changing `.env` alone moves the pipeline to a Kafka and a Postgres outside its stack.

There its logs are read by a program, too.
"""

import json
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
    "LOG_FORMAT": "json",
}


@pytest.fixture
def stack() -> Iterator[Stack]:
    simulation = small_simulation(real_days=0, days=5)
    with Stack("outside", simulation, OUTSIDE, ("tests/e2e/outside.yml",)) as own:
        own.write_configs()
        own.up("outside-kafka", "outside-postgres")
        certificate = own.exec("outside-postgres", "cat", "/tmp/certificate.pem")
        own.edit("ca.pem", certificate)
        own.up("kafka", "postgres", *PYTHON_SERVICES)
        yield own


def test_everything_arrives_outside_and_nothing_inside(stack: Stack) -> None:
    stack.wait_for_log("scheduler", "the run is over", seconds=120)
    assert "all is well" in stack.wait_until_reconciled(seconds=60)
    assert stack.query("select count(*) from pg_namespace where nspname = 'hospital'") == ["0"]
    assert stack.kafka("kafka-topics", "--list") == []
    for service in PYTHON_SERVICES:
        lines = [json.loads(line) for line in stack.logs(service)]
        assert all(line.keys() >= {"time", "level", "logger", "message"} for line in lines)
        assert lines
        # What varies stands in the fields.
        assert not [line for line in lines if "=" in line["message"]]
