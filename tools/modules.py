"""The Go modules under `tools/` and the programs that each of them builds."""

from __future__ import annotations

import hashlib
import platform
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _build_info(package: str) -> tuple[tuple[str, str], ...]:
    """Return the variables by which the servers of the Prometheus family report their version."""
    values = (("Version", "{version}"), ("Branch", "HEAD"), ("BuildUser", "slobox"))
    return tuple((f"{package}.{name}", value) for name, value in values)


@dataclass(frozen=True, slots=True)
class Module:
    """A folder with a go.mod that pins one upstream project.

    Attributes:
        name: the folder under `tools/`.
        upstream: the module path whose version the programs report.
        programs: names of the programs.
        tags: build tags.
        packages: of programs that are not the package `<upstream>/cmd/<name>`: which one they are.
        variables: what is set at link time so that a program reports its version; `{version}` is filled in.
        asks_version: the arguments by which a program prints its version.
        releases: of modules whose pinned version is not what the project calls its release: the one, and the other.
    """

    name: str
    upstream: str
    programs: tuple[str, ...]
    tags: str = ""
    packages: tuple[tuple[str, str], ...] = ()
    variables: tuple[tuple[str, str], ...] = _build_info("github.com/prometheus/common/version")
    asks_version: tuple[str, ...] = ("--version",)
    releases: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> Path:
        """The folder of go.mod and go.sum."""
        return ROOT / "tools" / self.name

    def package(self, program: str) -> str:
        """Return the import path of one program."""
        return dict(self.packages).get(program, f"{self.upstream}/cmd/{program}")

    def built_name(self, program: str) -> str:
        """Return the file name that Go gives the program."""
        return Path(self.package(program)).name or program

    @property
    def version(self) -> str:
        """The release that go.mod pins, as the project itself spells it (`3.14.0`)."""
        found = re.search(rf"{re.escape(self.upstream)} v(\d+)\.(\d+)\.(\d+)", self._file("go.mod").decode())
        if not found:
            raise ValueError(f"{self.folder}/go.mod does not require {self.upstream}")
        major, minor, patch = map(int, found.groups())
        # Prometheus 3.14.0 is the Go module v0.314.0: the module path has no major version.
        spelled = f"{minor // 100}.{minor % 100}.{patch}" if minor >= 300 else f"{major}.{minor}.{patch}"  # noqa: PLR2004
        return dict(self.releases).get(spelled, spelled)

    @property
    def go_version(self) -> tuple[int, ...]:
        """The oldest Go that builds it."""
        found = re.search(r"^go (\d+)\.(\d+)(?:\.(\d+))?", self._file("go.mod").decode(), re.MULTILINE)
        if not found:
            raise ValueError(f"{self.folder}/go.mod does not say which Go it needs")
        return tuple(int(part or 0) for part in found.groups())

    def flags(self) -> list[str]:
        """Return the build flags; they are part of what makes a binary current."""
        settings = [f"-X {name}={value.format(version=self.version)}" for name, value in self.variables]
        linked = " ".join(["-s -w", *settings])
        tags = [f"-tags={self.tags}"] if self.tags else []
        # The linker drops what debuggers read (-s -w); not making it at all saves 8 % of the compiler's time.
        lean = "-gcflags=all=-dwarf=false"
        return ["-trimpath", "-mod=readonly", "-buildvcs=false", lean, *tags, f"-ldflags={linked}"]

    def fingerprint(self, go: tuple[int, ...]) -> str:
        """Return a checksum of all that decides the bytes of a build with the Go version `go`."""
        inputs = ("go.mod", "go.sum", *sorted(path.name for path in self.folder.glob("*.go")))
        digest = hashlib.sha256(b"".join(map(self._file, inputs)))
        digest.update(repr((self.flags(), go[:2], sys.platform, platform.machine())).encode())
        return digest.hexdigest()

    def _file(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


MODULES = (
    # Without the service discovery of clouds and clusters it builds in minutes; file and static targets stay.
    Module("prometheus", "github.com/prometheus/prometheus", ("prometheus", "promtool"), "remove_all_sd"),
    Module("alertmanager", "github.com/prometheus/alertmanager", ("alertmanager", "amtool")),
    Module(
        "otelcol",
        "go.opentelemetry.io/collector/otelcol",
        ("otelcol",),
        packages=(("otelcol", "."),),
        variables=(),  # the sources beside its go.mod name the version; tools/collector.py writes them
    ),
    # Jaeger 2.13.0 is the Go module v1.76.0; both numbers stand in its changelog.
    Module(
        "jaeger",
        "github.com/jaegertracing/jaeger",
        ("jaeger",),
        variables=(("github.com/jaegertracing/jaeger/internal/version.latestVersion", "v{version}"),),
        asks_version=("version",),
        releases=(("1.76.0", "2.13.0"),),
    ),
    Module(
        "victorialogs",
        "github.com/VictoriaMetrics/VictoriaLogs",
        ("victoria-logs",),
        packages=(("victoria-logs", "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"),),
        variables=(("github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version", "victoria-logs-v{version}"),),
    ),
)
PROGRAMS = tuple(program for module in MODULES for program in module.programs)
