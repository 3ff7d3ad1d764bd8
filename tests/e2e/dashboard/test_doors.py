"""A page of another site, open in the same browser, reads neither the dashboard nor its socket."""

from http.client import HTTPConnection

import pytest

from ..stack import Stack
from .conftest import PORT, host

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport="
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
ELSEWHERE = "http://elsewhere.example.com"


def status(stack: Stack, path: str, headers: dict[str, str]) -> int:
    """What the dashboard answers to a request with these headers."""
    connection = HTTPConnection(host(stack), PORT, timeout=10)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse().status
    connection.close()
    return answer


@pytest.mark.parametrize("path", ["/pipeline", "/health", f"{SOCKET}polling"])
def test_a_request_for_another_host_is_refused(stack: Stack, path: str) -> None:
    assert status(stack, path, {}) == 200
    assert status(stack, path, {"Host": "elsewhere.example.com"}) == 400


def test_a_socket_is_opened_for_a_page_of_its_own_only(stack: Stack) -> None:
    own = {"Origin": f"http://{host(stack)}:{PORT}"}
    assert status(stack, f"{SOCKET}websocket", UPGRADE | own) == 101
    assert status(stack, f"{SOCKET}websocket", UPGRADE | {"Origin": ELSEWHERE}) in (400, 403)
    assert status(stack, f"{SOCKET}polling", own) == 200
    assert status(stack, f"{SOCKET}polling", {"Origin": ELSEWHERE}) == 400


def test_a_path_that_is_none_gets_no_page(stack: Stack) -> None:
    assert status(stack, "/none", {}) == 404
