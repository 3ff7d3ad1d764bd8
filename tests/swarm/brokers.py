"""Prints the brokers' view of the topics as JSON. Piped into a stream_processor's container."""

import json

from kafka import KafkaAdminClient

from pipeline.broker import clients
from pipeline.settings import StreamProcessorSettings, read

with KafkaAdminClient(**clients.connection(read(StreamProcessorSettings))) as admin:
    print(
        json.dumps(
            {
                "controller": admin.describe_cluster()["controller_id"],
                "partitions": [
                    {
                        "leader": partition["leader_id"],
                        "in_sync": sorted(partition["isr_nodes"]),
                        "replicas": sorted(partition["replica_nodes"]),
                    }
                    for topic in admin.describe_topics()
                    for partition in topic["partitions"]
                ],
            }
        )
    )
