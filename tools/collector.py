"""Writes the sources of the Collector with OpenTelemetry's own builder, and pins what they need.

`python -m tools.collector` writes `tools/otelcol/go.mod` and `go.sum` anew, from `builder.yaml` beside them. A build
only reads these two: the builder writes no go.mod then, and Go compiles nothing that they do not name by checksum.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from tools import gotoolchain
from tools.modules import MODULES, Module
from tools.progress import CommandError, Meter, watch

BUILDER = "go.opentelemetry.io/collector/cmd/builder"
GO = "1.26.0"
PINNED = ("go.mod", "go.sum")
HEAD = """\
// Written by `python -m tools.collector` from builder.yaml.
module slobox.local/tools/{name}

go {go}

tool {builder}

require (
{requirements}
)
"""


def generate(go: gotoolchain.Go, module: Module, target: Path) -> Path:
    """Write the program's sources into a folder, with the pinned go.mod and go.sum; return the folder.

    Raises:
        CommandError: the builder failed.
    """
    _write_sources(go, module, module.folder, target, "-mod=readonly")
    for name in PINNED:
        shutil.copyfile(module.folder / name, target / name)
    return target


def _write_sources(go: gotoolchain.Go, module: Module, folder: Path, target: Path, mode: str) -> None:
    meter = Meter(f"tools: {module.name} {module.version}")
    command = [go.path, "run", mode, BUILDER, f"--config={module.folder / module.builder}"]
    # The builder reads settings from variables that are named like their place in its file.
    settings = {"dist.output_path": str(target), "dist.go": go.path}
    options = ["--skip-get-modules", "--skip-compilation"]
    environment = {**go.environment(), **settings}
    watch([*command, *options], folder, environment, meter, lambda _lines: "writing its sources")


def packages(module: Module) -> list[str]:
    """Return what the generated sources import, and the builder itself."""
    return [*re.findall(r"gomod: (\S+) v\S+", (module.folder / module.builder).read_text()), BUILDER]


def lock(go: gotoolchain.Go, module: Module) -> None:
    """Write go.mod and go.sum of the module anew.

    Raises:
        CommandError: the builder failed, or a component is not to be had.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "go.mod").write_text(_requirements(module))
        _write_sources(go, module, folder, folder, "-mod=mod")
        _tidy(go, folder)
        for pinned in PINNED:
            shutil.copyfile(folder / pinned, module.folder / pinned)


def _requirements(module: Module) -> str:
    text = (module.folder / module.builder).read_text()
    version = re.search(r"^  version: (\S+)$", text, re.MULTILINE)
    if not version:
        raise CommandError(f"{module.builder} does not say which version it builds")
    components = re.findall(r"gomod: (\S+ v\S+)", text)
    core = [f"{path} v{version[1]}" for path in (BUILDER, module.upstream)]
    lines = "\n".join(f"\t{each}" for each in [*components, *core])
    return HEAD.format(name=module.name, go=GO, builder=BUILDER, requirements=lines)


def _tidy(go: gotoolchain.Go, folder: Path) -> None:
    meter = Meter("tools: go mod tidy")
    watch([go.path, "mod", "tidy"], folder, go.environment(), meter, lambda n: f"{n} modules downloaded")


def main() -> int:
    """Return 0 when the pins are written, else 1 after a message."""
    module = next(module for module in MODULES if module.builder)
    try:
        lock(gotoolchain.find(tuple(map(int, GO.split(".")))), module)
    except (gotoolchain.NoGoError, CommandError) as error:
        print(f"collector: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
