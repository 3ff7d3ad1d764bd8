"""The machine on which the engine runs, seen from a container on its network."""

import os
import subprocess

FREE_PORT = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1])"


def on_this_machine(command: str, stdin: str = "") -> str:
    """The output of a shell command in a container that is on the machine's own network."""
    image = f"{os.environ['IMAGE_PREFIX']}/tests"
    here = ["docker", "run", "--rm", "-i", "--network", "host", image, "sh", "-ec", command]
    return subprocess.run(here, input=stdin, text=True, check=True, stdout=subprocess.PIPE).stdout
