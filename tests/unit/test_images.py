"""What the images are built from: one base for all, the packages of the lock, one version."""

import re
from pathlib import Path
from string import Template

import pytest
import yaml
from dotenv import dotenv_values

ROOT = Path(__file__).parents[2]
SERVICES = ("scheduler", "producer", "stream_processor", "batch_ingestor", "dashboard")
LISTS = ("requirements", "dashboard/requirements", "tests/requirements")


def dockerfile(directory: str) -> str:
    return (ROOT / directory / "Dockerfile").read_text(encoding="utf-8")


def pins(file: str) -> dict[str, str]:
    """The packages that a list or a lock names, with their versions."""
    text = (ROOT / file).read_text(encoding="utf-8")
    return {name.lower(): version for name, version in re.findall(r"(?m)^([\w.-]+)==(\S+)", text)}


def test_all_images_share_one_cached_layer_of_packages() -> None:
    install = "--require-hashes -r requirements.lock\n"
    begins = {dockerfile(image).partition(install) for image in (*SERVICES, "tests")}
    assert {found for _, found, _ in begins} == {install}
    assert len({begin for begin, _, _ in begins}) == 1


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_holds_what_its_list_asks_for(name: str) -> None:
    assert pins(f"{name}.txt").items() <= pins(f"{name}.lock").items(), "run `make lock`"


@pytest.mark.parametrize("name", LISTS[1:])
def test_another_lock_has_the_versions_of_the_services(name: str) -> None:
    services, others = pins("requirements.lock"), pins(f"{name}.lock")
    assert not {name for name in services.keys() & others if services[name] != others[name]}


@pytest.mark.parametrize("name", LISTS)
def test_a_lock_names_no_host(name: str) -> None:
    assert not re.search(r"://|--(index|extra|find)", (ROOT / f"{name}.lock").read_text("utf-8"))


@pytest.mark.parametrize("image", SERVICES)
def test_an_image_carries_the_version_that_the_changelog_describes(image: str) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    version = compose["services"][image]["build"]["args"]["VERSION"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## \[([\d.]+)\]", changelog)[0] == version
    assert "LABEL org.opencontainers.image.version=${VERSION}\n" in dockerfile(image)


@pytest.mark.parametrize("image", SERVICES)
def test_a_plain_build_is_made_of_what_compose_would_give_it(image: str) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    given = compose["services"][image]["build"]["args"]
    knobs = dotenv_values(ROOT / ".env")
    defaults = dict(re.findall(r'(?m)^ARG (\w+)="?([^"\n]+)"?$', dockerfile(image)))
    del given["VERSION"]  # only a build by Compose carries one
    assert defaults == {name: Template(text).substitute(knobs) for name, text in given.items()}
