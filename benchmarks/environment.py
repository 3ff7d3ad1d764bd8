"""What the figures were measured on: the machine, the day and the version."""

import os
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.engine import docker
from tests.e2e.stack import ROOT


def facts() -> dict[str, str]:
    """Name → value, without the name of the machine."""
    compose_file = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    [version] = re.findall(r'^  VERSION: "(.+)"$', compose_file, re.MULTILINE)
    commit = os.environ.get("COMMIT")
    engine = docker("version", "--format", "{{.Server.Version}}").strip()
    return {
        "Date": f"{datetime.now(UTC):%Y-%m-%d}",
        "Version": f"{version}, commit {commit}" if commit else version,
        "Machine": f"{cpu_model()}, {os.cpu_count()} cores, {memory_gib():.0f} GiB of memory",
        "Software": f"Linux {os.uname().release}, Docker {engine}",
    }


def cpu_model() -> str:
    """The processor's name, where the kernel tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(": ")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else os.uname().machine


def memory_gib() -> float:
    """The machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
