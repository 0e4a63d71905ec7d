"""How long `slo build` takes for 1, 100 and 1,000 SLOs: whole processes, start-up included, interleaved runs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

SIZES = (1, 100, 1_000)
RUNS = 7

_SLO = """\
  - name: slo-{n}
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{{job="api", route="/r{n}"}}
        bad: http_requests_total{{job="api", route="/r{n}", status=~"5.."}}
"""


def specification(size: int) -> str:
    """A file of `size` SLOs that differ in name and selector."""
    return "version: 1\nservice: bench\nslos:\n" + "".join(_SLO.format(n=n) for n in range(size))


def seconds(spec: Path, out: Path) -> float:
    """Wall time of one `slo build` of the rules alone."""
    command = [sys.executable, "-m", "slo", "build", str(spec), "--target", "prometheus", "-o", str(out)]
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def main() -> int:
    """Print the median, the fastest and the slowest run of each size."""
    with tempfile.TemporaryDirectory() as folder:
        specs = {size: Path(folder, f"{size}.yaml") for size in SIZES}
        for size, spec in specs.items():
            spec.write_text(specification(size))
        times: dict[int, list[float]] = {size: [] for size in SIZES}
        for run in range(RUNS):
            for size, spec in specs.items():
                times[size].append(seconds(spec, Path(folder, f"out-{size}-{run}")))
    print(f"`slo build --target prometheus`, whole process, {RUNS} interleaved runs, milliseconds")
    print(f"{'SLOs':>6} {'median':>8} {'min':>8} {'max':>8}")
    for size, values in times.items():
        print(f"{size:>6} {median(values) * 1e3:>8.0f} {min(values) * 1e3:>8.0f} {max(values) * 1e3:>8.0f}")
    return 0
