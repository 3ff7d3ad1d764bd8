"""The servers: do they answer?"""

import http.client
import socket
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from monitoring.answers import Answer
from monitoring.report import Service

ZOOKEEPER_ASKS = b"srvr\n"


def ask_zookeeper(address: str, limit_seconds: float) -> None:
    """Ask a ZooKeeper at `host:port` how it is.

    Raises:
        OSError: if it does not answer as a ZooKeeper that serves.
    """
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), limit_seconds) as connection:
        connection.settimeout(limit_seconds)
        connection.sendall(ZOOKEEPER_ASKS)
        with connection.makefile("rb") as answer:
            if not any(line.startswith(b"Mode:") for line in answer):
                raise OSError("it does not serve")


def ask_pgadmin(url: str, limit_seconds: float) -> None:
    """Ask pgAdmin's own health page. It goes past any proxy.

    Raises:
        OSError: if the page does not answer with 200.
    """
    place = urlsplit(url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=limit_seconds)
    try:
        connection.request("GET", place.path)
        if (status := connection.getresponse().status) != http.HTTPStatus.OK:
            raise OSError(f"its health page answers {status}")
    except http.client.HTTPException as error:
        raise OSError(f"its health page does not answer: {error!r}") from None
    finally:
        connection.close()


def describe(answered: list[tuple[str, Answer[Any]]]) -> list[Service]:
    """The servers that were asked something; those of one name are replicas."""
    names = Counter[str]()
    services = []
    for name, answer in answered:
        names[name] += 1
        well = not answer.failure
        services.append(
            Service(
                name=name,
                replica=names[name],
                well=well,
                state="works" if well else "away",
                reason=answer.failure,
            )
        )
    return services
