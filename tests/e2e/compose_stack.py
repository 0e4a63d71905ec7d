"""Drives one run of the compose file, under a project name and on ports of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.local import get

ROOT = Path(__file__).parents[2]
PORTS = (
    *("WEB", "CATALOG", "ORDERS", "LOCUST", "PAGER", "PROBER", "GRAFANA", "PROMETHEUS", "ALERTMANAGER"),
    *("LOKI", "VICTORIALOGS", "TEMPO", "JAEGER", "OTLP_HTTP", "OTLP_GRPC", "COLLECTOR_HEALTH"),
)
T = TypeVar("T")

OPTIONAL = "grafana"
"""Only this service may be left out, where its image cannot be had."""
LOKI, TEMPO = "loki", "tempo"
IN_THEIR_PLACE = {LOKI: "victoria-logs", TEMPO: "jaeger"}
OVERRIDES = {LOKI: "victorialogs", TEMPO: "jaeger"}
"""Folders under `monitoring/` with the override file that takes out one store and brings in another."""
NO_RECEIVERS = "tests/e2e/collector-without-receivers.override.yml"
PROGRAMS = {"victoria-logs": "/victoria-logs-prod", "jaeger": "/cmd/jaeger/jaeger-linux"}
"""What the official images start."""


def free_ports() -> dict[str, str]:
    """A free port for each service that publishes one, as variables of the compose file."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
        return {f"{name}_PORT": str(each.getsockname()[1]) for name, each in zip(PORTS, sockets, strict=True)}


def run(*command: str, env: Mapping[str, str] | None = None, timeout: float = 600) -> str:
    """The output of a command.

    Raises:
        AssertionError: it failed; with what it said.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def say(figure: str) -> None:
    """Shows a measured figure to whoever runs the tests with `-s`, or sees one fail."""
    sys.stdout.write(f"{figure}\n")


def wait_for(what: str, look: Callable[[], T | None], seconds: float) -> T:
    """What `look` finds at last.

    Raises:
        AssertionError: it found nothing in time.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = look()
        except requests.RequestException:
            found = None
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


@dataclass(slots=True)
class ComposeStack:
    """One project of the compose file; `down` removes whatever `up` made."""

    project: str = field(default_factory=lambda: f"slobox-e2e-{uuid.uuid4().hex[:8]}")
    ports: dict[str, str] = field(default_factory=free_ports)
    time_scale: str = "1"
    without: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    receivers: bool = True

    @property
    def log_store(self) -> str:
        """The service that keeps logs."""
        return IN_THEIR_PLACE[LOKI] if LOKI in self.replaced else LOKI

    @property
    def trace_store(self) -> str:
        """The service that keeps traces."""
        return IN_THEIR_PLACE[TEMPO] if TEMPO in self.replaced else TEMPO

    @property
    def files(self) -> str:
        """The compose file and the override files, as compose wants them in a variable."""
        others = [f"monitoring/{OVERRIDES[name]}/compose.override.yml" for name in self.replaced]
        return ":".join(["docker-compose.yml", *others, *([] if self.receivers else [NO_RECEIVERS])])

    @property
    def env(self) -> dict[str, str]:
        """The variables that set this project apart from a box that runs already."""
        builder = {} if _has_buildkit() else {"DOCKER_BUILDKIT": "0"}
        return {
            **self.ports,
            **builder,
            "COMPOSE_FILE": self.files,
            "COMPOSE_PROJECT_NAME": self.project,
            "TIME_SCALE": self.time_scale,
            "LOAD_USERS": "4",
        }

    def compose(self, *arguments: str, timeout: float = 600) -> str:
        """The output of `docker compose`."""
        return run("docker", "compose", *arguments, env=self.env, timeout=timeout)

    def up(self) -> float:
        """Starts everything and waits until all is healthy; returns the seconds that took."""
        start = time.monotonic()
        scale = [flag for name in self.without for flag in ("--scale", f"{name}=0")]
        self.compose("up", "--detach", "--wait", "--pull", "never", *scale)
        return time.monotonic() - start

    def down(self, *flags: str) -> None:
        """Stops everything and removes the containers and networks."""
        self.compose("down", "--timeout", "15", *flags)

    def url(self, service: str, path: str = "") -> str:
        """The address of a service on this machine."""
        variable = service.upper().replace("-", "") + "_PORT"
        return f"http://127.0.0.1:{self.ports[variable]}{path}"

    def get(self, service: str, path: str) -> Any:  # noqa: ANN401 - what JSON holds
        """The JSON that a service answers.

        Raises:
            requests.RequestException: no answer, or an error.
        """
        return get(self.url(service, path)).json()

    def secret(self, name: str) -> str:
        """A generated password, by the documented command."""
        return self.compose("run", "--rm", "secrets", "show", name).strip()

    def crash(self, service: str) -> None:
        """Kills all processes of a container from inside, so that the engine sees a crash and not a stop."""
        command = ["docker", "compose", "exec", "-T", service, "sh", "-c", "kill -9 -1"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **self.env}, capture_output=True, check=False)

    def status_of(self, service: str) -> dict[str, str]:
        """What the kernel says about the first process of a container, also of one that has no shell."""
        found = run("docker", "inspect", "--format", "{{.State.Pid}}", f"{self.project}-{service}-1").strip()
        # With an init process the server itself is its child.
        children = Path(f"/proc/{found}/task/{found}/children").read_text().split()
        status = Path(f"/proc/{children[0] if children else found}/status").read_text()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in status.splitlines())}

    def restarts(self, service: str) -> int:
        """How often the engine has restarted a service by itself."""
        return int(run("docker", "inspect", "--format", "{{.RestartCount}}", f"{self.project}-{service}-1"))

    def containers(self) -> list[dict[str, Any]]:
        """What `docker compose ps` knows of every container, those that ended included."""
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return [json.loads(line) for line in lines]

    def leftovers(self) -> dict[str, str]:
        """Containers, volumes and networks of this project that exist."""
        label = f"label=com.docker.compose.project={self.project}"
        return {
            "containers": run("docker", "ps", "--all", "--quiet", "--filter", label),
            "volumes": run("docker", "volume", "ls", "--quiet", "--filter", label),
            "networks": run("docker", "network", "ls", "--quiet", "--filter", label),
        }


def why_not() -> str:
    """Why containers cannot be tried here; empty when they can."""
    if not shutil.which("docker"):
        return "docker is not installed"
    if not _works("docker", "version"):
        return "no container engine answers"
    if not _works("docker", "compose", "version"):
        return "the compose plugin of docker is not installed"
    return ""


def missing_images(stack: ComposeStack) -> dict[str, str]:
    """The image of each service that is neither here nor can be pulled."""
    named = {name: each["image"] for name, each in _services(stack).items() if "build" not in each}
    return {name: image for name, image in named.items() if not _obtained(image)}


def make_image(stack: ComposeStack, service: str) -> None:
    """Makes the image of a store of the binary of `make tools`, where the official one cannot be had.

    Raises:
        AssertionError: there is no such binary, or the engine does not make the image.
    """
    image, program = _services(stack)[service]["image"], PROGRAMS[service]
    if not _obtained(image):
        lines = f'FROM scratch\nCOPY {service} {program}\nUSER 10001\nENTRYPOINT ["{program}"]\n'
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ROOT / ".cache" / "bin" / service, folder)
            Path(folder, "Dockerfile").write_text(lines)
            run("docker", "build", "--quiet", "--tag", image, folder)


def has_receivers(stack: ComposeStack) -> bool:
    """Whether the Collector's image is all of contrib, or was made here of what native mode needs."""
    return "receiver/postgresqlreceiver" in run(
        "docker", "run", "--rm", _services(stack)["otel-collector"]["image"], "components"
    )


def _services(stack: ComposeStack) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(stack.compose("config", "--format", "json"))["services"]
    return found


def _obtained(image: str) -> bool:
    return _works("docker", "image", "inspect", image) or _works("docker", "pull", "--quiet", image)


def _has_buildkit() -> bool:
    return _works("docker", "buildx", "version")


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=600, check=False).returncode == 0
