"""The image of our own services: how it is built, and what goes into it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "apps" / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("feature", ["--mount", "--chmod", "<<", "# syntax", "--link"])
def test_every_builder_can_build_it(feature: str) -> None:
    """Nothing in it is known to BuildKit alone."""
    assert feature not in DOCKERFILE


def test_it_starts_from_the_python_of_the_env_file(env: dict[str, str]) -> None:
    """The default of the build argument is the version of .env, for builds without compose."""
    assert f"ARG PYTHON_VERSION={env['PYTHON_VERSION']}\n" in DOCKERFILE
    assert re.findall(r"^FROM (.+)$", DOCKERFILE, flags=re.MULTILINE) == ["python:${PYTHON_VERSION}-slim"]


def test_packages_are_the_locked_ones() -> None:
    """Each package comes by its checksum, from the lock, without resolving anything."""
    install = re.search(r"pip install(.*)", DOCKERFILE)
    assert install is not None
    assert {"--no-deps", "--require-hashes", "--no-cache-dir"} <= set(install[1].split())
    assert "COPY requirements/box.txt" in DOCKERFILE


def test_it_runs_as_a_numbered_user_who_owns_no_code() -> None:
    """The last user is not root, and what is copied stays root's."""
    assert re.findall(r"^USER (.+)$", DOCKERFILE, flags=re.MULTILINE) == ["10001:10001"]
    assert "--chown" not in DOCKERFILE


def test_the_engine_is_sent_what_is_copied_and_no_more() -> None:
    """`.dockerignore` lets through exactly the sources of the COPY lines."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line[1:] for line in lines if line.startswith("!")}
    copied = {word for line in re.findall(r"^COPY (.+)$", DOCKERFILE, flags=re.MULTILINE) for word in line.split()[:-1]}
    assert "*" in lines
    assert allowed == copied
    assert all((ROOT / path).exists() for path in copied)


def test_every_volume_of_ours_has_its_folder_in_the_image() -> None:
    """A named volume takes over the owner of the folder it is mounted on; without one it would be root's."""
    made = re.search(r"mkdir -p (.+?) \\\n &&", DOCKERFILE, re.DOTALL)
    assert made is not None
    folders = made[1].replace("\\", "").split()
    writable = {
        volume.split(":")[1] for volume in volumes_of("secrets", "rules", "pager") if not volume.endswith(":ro")
    }
    assert writable == set(folders)


def volumes_of(*services: str) -> Iterator[str]:
    """The volumes of services that run our image, in the compose file and in the override files."""
    for file in [ROOT / "docker-compose.yml", *(ROOT / "monitoring").glob("*/compose.override.yml")]:
        text = file.read_text(encoding="utf-8").replace("!override", "").replace("!reset", "")
        for name, service in yaml.safe_load(text)["services"].items():
            if name in services:
                yield from service["volumes"]
