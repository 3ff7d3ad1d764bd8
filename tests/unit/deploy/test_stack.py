"""Each key that a Swarm would refuse or lose is converted, left out for a reason, or refused."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.stack import Refusal, service, stack

ROOT = Path(__file__).parents[3]


def made(**keys: object) -> dict[str, Any]:
    """What becomes of a service with these keys."""
    return service("services.a", {"image": "a"} | keys)


def test_what_a_swarm_knows_is_passed_on() -> None:
    kept = {
        "command": ["run"],
        "environment": {"A": "$$b"},
        "healthcheck": {"test": ["CMD", "true"], "retries": 3},
        "hostname": "a",
        "init": True,
        "networks": {"hospital": None},
        "read_only": True,
        "stop_grace_period": "15s",
    }
    found = made(**kept)
    assert {key: found[key] for key in kept} == kept


def test_a_key_without_a_value_is_none() -> None:
    assert "command" not in made(command=None)


def test_a_memory_limit_becomes_a_limit_of_the_deployment_beside_its_others() -> None:
    deploy = {"replicas": 3, "resources": {"limits": {"cpus": "2"}}}
    assert made(mem_limit="536870912", deploy=deploy)["deploy"] == {
        "replicas": 3,
        "resources": {"limits": {"cpus": "2", "memory": "536870912"}},
    }


@pytest.mark.parametrize(
    ("restart", "condition"),
    [
        ("unless-stopped", "any"),
        ("always", "any"),
        ("on-failure:5", "on-failure"),
        ("no", "none"),
    ],
)
def test_a_restart_becomes_the_policy_of_the_deployment(restart: str, condition: str) -> None:
    assert made(restart=restart)["deploy"] == {"restart_policy": {"condition": condition}}


def test_the_policy_of_the_deployment_goes_before_a_restart() -> None:
    policy = {"restart_policy": {"condition": "any", "delay": "5s"}}
    assert made(restart="no", deploy=policy)["deploy"] == policy


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("/tmp:mode=1777,size=64m", 2**26),
        ("/tmp:size=1g,mode=1777", 2**30),
        ("/tmp:size=8k", 2**13),
        ("/tmp:size=4096", 4096),
    ],
)
def test_a_tmpfs_becomes_a_mount(text: str, size: int) -> None:
    mount = {"type": "tmpfs", "target": "/tmp", "tmpfs": {"size": size}}
    assert made(tmpfs=[text])["volumes"] == [mount]


@pytest.mark.parametrize(
    "options",
    [
        *("", ":", ":mode=1777", ":mode=0700,size=64m", ":size=64m,exec", ":size=64m,size=65m"),
        *(":size=", ":size=64M", ":size=50%", ":size=64kk", ":size=6 4", ":size=m", ":size=²"),
    ],
)
def test_a_tmpfs_that_a_swarm_would_make_otherwise_is_refused(options: str) -> None:
    with pytest.raises(Refusal, match=rf"^services\.a\.tmpfs: /tmp{options}: .* size=64m"):
        made(tmpfs=[f"/tmp{options}"])


def test_shared_memory_becomes_a_mount() -> None:
    mount = {"type": "tmpfs", "target": "/dev/shm", "tmpfs": {"size": 2**28}}
    assert made(shm_size="268435456")["volumes"] == [mount]


def test_a_bind_mount_does_not_make_its_source() -> None:
    mount = {"type": "bind", "source": "/b", "target": "/c", "read_only": True}
    assert made(volumes=[mount | {"bind": {"create_host_path": True}}])["volumes"] == [mount]


def test_a_bind_mount_with_another_option_is_refused() -> None:
    mount = {"type": "bind", "source": "/b", "target": "/c", "bind": {"selinux": "z"}}
    with pytest.raises(Refusal, match=r"^services\.a\.volumes: /c: bind\.selinux"):
        made(volumes=[mount])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("build", {"context": "."}),
        ("pull_policy", "never"),
        ("depends_on", {"b": {"condition": "service_healthy", "required": True}}),
        ("security_opt", ["no-new-privileges:true"]),
    ],
)
def test_what_the_stack_can_do_without_is_left_out(key: str, value: object) -> None:
    assert key not in made(**{key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("profiles", ["tools"]),
        ("security_opt", ["no-new-privileges:false"]),
        ("container_name", "a"),
        ("network_mode", "host"),
        ("privileged", True),
        ("ulimits", {"data": 1}),
        ("userns_mode", "host"),
    ],
)
def test_what_a_swarm_would_refuse_or_lose_is_refused(key: str, value: object) -> None:
    with pytest.raises(Refusal, match=rf"^services\.a\.{key}: "):
        made(**{key: value})


def test_a_port_is_refused_because_it_would_open_on_every_address() -> None:
    port = {"mode": "ingress", "host_ip": "127.0.0.1", "target": 80, "published": "8080"}
    with pytest.raises(Refusal, match=r"^services\.a\.ports: .* every address"):
        made(ports=[port])


def test_the_name_of_the_project_is_left_out() -> None:
    project = {"name": "a", "services": {}, "x-more": {}, "volumes": {"v": {"name": "a_v"}}}
    found = stack(project, [])
    assert found == {
        **{"version": "3.8", "services": {}, "networks": {}, "volumes": {"v": {"name": "a_v"}}},
        **{"configs": {}, "secrets": {}},
    }


def test_only_the_services_named_are_in_it() -> None:
    project = {"services": {name: {"image": name} for name in ("a", "b", "c")}}
    assert stack(project, ["c", "a"])["services"].keys() == {"a", "c"}


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """What becomes of the shipped files."""
    names = ("docker-compose.yml", "deploy/three-brokers.yml", "deploy/swarm.yml")
    files = [argument for name in names for argument in ("-f", str(ROOT / name))]
    command = ["docker", "compose", "-p", "hospital", *files, "config", "--format", "json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True)
    return stack(json.loads(printed.stdout), [])


def test_the_shipped_files_are_translated(shipped: dict[str, Any]) -> None:
    servers = {f"{name}{number}" for name in ("zookeeper", "kafka") for number in ("", "-2", "-3")}
    own = {"scheduler", "producer", "stream_processor", "batch_ingestor"}
    assert shipped["services"].keys() == servers | own | {"postgres"}


def test_each_service_is_placed_and_updated_one_task_at_a_time(shipped: dict[str, Any]) -> None:
    for name, keys in shipped["services"].items():
        deploy = keys["deploy"]
        assert deploy["placement"], name
        assert deploy["endpoint_mode"] == "dnsrr", name
        assert deploy["update_config"]["parallelism"] == 1, name
        assert deploy["update_config"]["order"] == "stop-first", name


def test_no_password_stands_in_the_environment(shipped: dict[str, Any]) -> None:
    given = {
        f"{service}: {name}"
        for service, keys in shipped["services"].items()
        for name, value in keys["environment"].items()
        if name.endswith("PASSWORD") and value
    }
    assert given == set()


def test_only_what_is_on_the_home_node_needs_the_checkout(shipped: dict[str, Any]) -> None:
    bound = {
        name
        for name, keys in shipped["services"].items()
        if any(mount["type"] == "bind" for mount in keys["volumes"])
    }
    home = {"constraints": ["node.labels.hospital.home == true"]}
    assert bound == {
        name for name, keys in shipped["services"].items() if keys["deploy"]["placement"] == home
    }
