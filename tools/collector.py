"""Writes the sources of the Collector with OpenTelemetry's own builder, and pins what they need.

`python -m tools.collector` writes the Go sources, `go.mod` and `go.sum` in `tools/otelcol` again, from `builder.yaml`
beside them. They are kept in the repository, so that a build needs neither the builder nor the time to compile it.
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
CONFIG = "builder.yaml"
GO = "1.26.0"
WRITTEN = ("go.mod", "go.sum", "*.go")
HEAD = """\
// Written by `python -m tools.collector` from builder.yaml.
module slobox.local/tools/{name}

go {go}

tool {builder}

require (
{requirements}
)
"""


def lock(go: gotoolchain.Go, module: Module) -> None:
    """Write the sources, go.mod and go.sum of the module again.

    Raises:
        CommandError: the builder failed, or a component is not to be had.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "go.mod").write_text(_requirements(module))
        _write_sources(go, module, folder)
        _tidy(go, folder)
        for written in (path for pattern in WRITTEN for path in folder.glob(pattern)):
            shutil.copyfile(written, module.folder / written.name)


def _write_sources(go: gotoolchain.Go, module: Module, folder: Path) -> None:
    meter = Meter(f"tools: {module.name} {module.version}")
    command = [go.path, "run", "-mod=mod", BUILDER, f"--config={module.folder / CONFIG}"]
    # The builder reads settings from variables that are named like their place in its file.
    settings = {"dist.output_path": str(folder), "dist.go": go.path}
    options = ["--skip-get-modules", "--skip-compilation"]
    environment = {**go.environment(), **settings}
    watch([*command, *options], folder, environment, meter, lambda _lines: "writing its sources")


def _requirements(module: Module) -> str:
    text = (module.folder / CONFIG).read_text()
    version = re.search(r"^  version: (\S+)$", text, re.MULTILINE)
    if not version:
        raise CommandError(f"{CONFIG} does not say which version it builds")
    components = re.findall(r"gomod: (\S+ v\S+)", text)
    core = [f"{path} v{version[1]}" for path in (BUILDER, module.upstream)]
    lines = "\n".join(f"\t{each}" for each in [*components, *core])
    return HEAD.format(name=module.name, go=GO, builder=BUILDER, requirements=lines)


def _tidy(go: gotoolchain.Go, folder: Path) -> None:
    meter = Meter("tools: go mod tidy")
    watch([go.path, "mod", "tidy"], folder, go.environment(), meter, lambda n: f"{n} modules downloaded")


def main() -> int:
    """Return 0 when all is written, else 1 after a message."""
    module = next(module for module in MODULES if (module.folder / CONFIG).exists())
    try:
        lock(gotoolchain.find(tuple(map(int, GO.split(".")))), module)
    except (gotoolchain.NoGoError, CommandError) as error:
        print(f"collector: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
