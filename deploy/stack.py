"""What `docker compose config` prints → what `docker stack deploy -c -` takes: stack.py [SERVICE …]

A Swarm refuses some of Compose's keys and loses others without a word. Each is converted, left out
where the stack can do without it, or refused in one line that names it.
"""

import re
import sys
from typing import Any

import yaml

KEPT = {
    *("cap_drop", "command", "configs", "entrypoint", "environment", "healthcheck", "hostname"),
    *("image", "init", "logging", "networks", "read_only", "secrets", "stop_grace_period", "user"),
}
# Images are built beforehand, and are on their nodes or in a registry. All services start at once,
# and each waits for what it needs.
LEFT_OUT = {"build", "pull_policy", "depends_on"}
# No service of a Swarm has it. An engine may have it for all its containers: daemon.json.
NO_NEW_PRIVILEGES = ["no-new-privileges:true"]
CONDITIONS = {"always": "any", "unless-stopped": "any", "on-failure": "on-failure", "no": "none"}
SIZE = re.compile("size=([0-9]+)([kmg]?)")
UNITS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}


class Refusal(Exception):
    """A key that a Swarm would refuse or lose; the text names it."""


def stack(project: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The project with the services of these names, or with all.

    Its own name is left out: `docker stack deploy` is given one.
    """
    chosen = {name: project["services"][name] for name in names or project["services"]}
    services = {name: service(f"services.{name}", keys) for name, keys in chosen.items()}
    others = {kind: project.get(kind, {}) for kind in ("networks", "volumes", "configs", "secrets")}
    return {"version": "3.8", "services": services, **others}


def service(place: str, keys: dict[str, Any]) -> dict[str, Any]:
    """One service; `place` is where it stands in the file.

    Raises:
        Refusal: naming the key.
    """
    given = {k: value for k, value in keys.items() if value is not None and k not in LEFT_OUT}
    made = {key: given.pop(key) for key in sorted(given.keys() & KEPT)}
    mounts = [_mount(f"{place}.volumes", each) for each in given.pop("volumes", [])]
    mounts += [_tmpfs(f"{place}.tmpfs", text) for text in given.pop("tmpfs", [])]
    if "shm_size" in given:
        mounts.append(_in_memory("/dev/shm", int(given.pop("shm_size"))))
    deploy: dict[str, Any] = given.pop("deploy", {})
    if "restart" in given:
        condition = CONDITIONS[given.pop("restart").partition(":")[0]]
        deploy = {"restart_policy": {"condition": condition}} | deploy
    if "mem_limit" in given:
        limits = deploy.get("resources", {}).get("limits", {})
        deploy["resources"] = {"limits": limits | {"memory": str(given.pop("mem_limit"))}}
    if given.get("security_opt") == NO_NEW_PRIVILEGES:
        del given["security_opt"]
    if given.get("ports"):
        raise Refusal(f"{place}.ports: a Swarm would open it on every address of its nodes")
    if given:
        raise Refusal(f"{place}.{min(given)}: a Swarm refuses this, or does without it silently")
    return made | {"volumes": mounts, "deploy": deploy}


def _mount(place: str, volume: dict[str, Any]) -> dict[str, Any]:
    """A volume in Compose's long form. The engine never makes the source of a bind mount."""
    bind = {k: v for k, v in volume.get("bind", {}).items() if k != "create_host_path"}
    if bind:
        raise Refusal(f"{place}: {volume['target']}: bind.{min(bind)} is not known to a Swarm")
    return {key: value for key, value in volume.items() if key != "bind"}


def _tmpfs(place: str, text: str) -> dict[str, Any]:
    """`/tmp:mode=1777,size=64m`; a Swarm's have mode 1777."""
    target, _, options = text.partition(":")
    given = set(options.split(",")) - {"mode=1777"}
    size = SIZE.fullmatch(",".join(given))
    if size is None:
        why = "a Swarm's have mode 1777, a size such as size=64m and no other option"
        raise Refusal(f"{place}: {text}: {why}")
    return _in_memory(target, int(size[1]) * UNITS[size[2]])


def _in_memory(target: str, size: int) -> dict[str, Any]:
    return {"type": "tmpfs", "target": target, "tmpfs": {"size": size}}


if __name__ == "__main__":
    try:
        print(yaml.safe_dump(stack(yaml.safe_load(sys.stdin), sys.argv[1:])))
    except Refusal as refusal:
        sys.exit(f"stack.py: {refusal}")
