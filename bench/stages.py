"""Where the processor time of one build goes: stages of the compiler, timed inside a process of its own."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.cost import environment, measure

if TYPE_CHECKING:
    from collections.abc import Callable

_SPLIT = (
    ("slo.build", "read_inputs", "read the file"),
    ("slo.pipeline", "parse", "parse YAML"),
    ("slo.pipeline", "validate", "check structure and types"),
    ("slo.pipeline", "resolve", "resolve names, windows, queries"),
    ("slo.pipeline.sets", "plan", "plan rules"),
    ("slo.emit", "EMITTERS", "texts"),
    ("slo.build", "build_findings", "findings"),
    ("slo.build", "examine", "compare with the disk"),
    ("slo.cli.build", "write", "write"),
)
_TINY = """\
version: 1
service: warm
slos:
  - {name: up, objective: 99.9%, sli: {events: {total: 'a_total{b="c"}', bad: 'a_total{b="c",d=~"5.."}'}}}
"""


def stages(spec: Path, processes: int) -> dict[str, float]:
    """Median seconds of each stage; the rest of the process, its start included, has lines of its own."""
    found = [_in_a_process(spec) for _ in range(processes)]
    return {stage: median(one.get(stage, 0.0) for one in found) for stage in found[0]}


def _in_a_process(spec: Path) -> dict[str, float]:
    start = measure([sys.executable, "-c", "pass"]).cpu
    command = [sys.executable, "-m", "bench.stages", str(spec)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment())
    found: dict[str, float] = json.loads(done.stdout)
    return {"start of the interpreter": start, **found}


def main(spec: str) -> dict[str, float]:
    """Time the imports by a first and a second build of one SLO, then each stage of the build that is asked for."""
    with tempfile.TemporaryDirectory() as folder:
        tiny = Path(folder, "tiny.yaml")
        tiny.write_text(_TINY)
        gc.disable()  # as the program `slo` does
        first = _build(str(tiny), Path(folder, "first"))
        second = _build(str(tiny), Path(folder, "second"))
        split: dict[str, float] = {}
        for module, name, stage in _SPLIT:
            _watch(module, name, stage, split)
        whole = _build(spec, Path(folder, "out"))
    return {"imports": first - second, **split, "all else": whole - sum(split.values())}


def _build(spec: str, out: Path) -> float:
    start = process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        cli = importlib.import_module("slo.cli")
        code = cli.main(["build", spec, "--target", "prometheus", "-o", str(out)])
    if code:
        raise SystemExit(code)
    return process_time() - start


def _watch(module: str, name: str, stage: str, split: dict[str, float]) -> None:
    """Put a clock around a function, or around each function of a table; leave out what does not exist."""
    holder = importlib.import_module(module)
    found: Any = getattr(holder, name, None)
    if isinstance(found, dict):
        for key, function in list(found.items()):
            found[key] = _timed(lambda *args, f=function: list(f(*args)), stage, split)
    elif found is not None:
        setattr(holder, name, _timed(found, stage, split))


def _timed(function: Callable[..., Any], stage: str, split: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - stands for any function of the compiler
        start = process_time()
        try:
            return function(*args, **kwargs)
        finally:
            split[stage] = split.get(stage, 0.0) + process_time() - start

    return timed


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
