"""Memory of the whole native stack over an hour with visitors: whether anything grows towards its limit."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.proof.fullbox import full_box
from bench.report import Report, Table
from bench.versions import machine
from box.demo.shop import Load
from box.memory import resident_mib, used_mib
from box.services import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.options import Options
    from bench.proof.fullbox import FullBox

VISITORS = 20
SAMPLE_SECONDS = 10.0
MARKS = (0, 15, 30, 60)
"""Minutes of which the table shows the memory."""
QUICK_MARKS = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of one service at one moment: without pages of files, and with them."""

    used: float
    resident: float


Sample = dict[str, Memory]


def run(options: Options) -> Report:
    """Send visitors for an hour and sample the memory of every service."""
    marks = QUICK_MARKS if options.quick else MARKS
    with full_box() as box:
        Load(box.url("locust"), box.url("web")).set_users(VISITORS, VISITORS)
        return report(list(_samples(box, marks[-1] * 60)), marks)


def report(samples: Sequence[Sample], marks: Sequence[int]) -> Report:
    """Return the table of evenly spaced samples, the last of them at the last mark."""
    intro = (
        f"MiB of memory that counts towards the limit, with {VISITORS} visitors, each one request a second, sampled\n"
        f"every {SAMPLE_SECONDS:.0f} s. `resident` also counts pages of files, of programs and of data that a\n"
        "server maps into its memory: the kernel drops them when memory is needed."
    )
    return Report("memory", (intro, _table(samples, marks), f"Versions: {machine()}."))


def _samples(box: FullBox, seconds: float) -> Iterator[Sample]:
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) <= seconds:
        sample = {name: _memory(pid) for name, pid in box.processes().items()}
        print(f"{elapsed:.0f} s", *(f"{name} {each.used:.0f}" for name, each in sample.items()), file=sys.stderr)
        yield sample
        time.sleep(max(0.0, SAMPLE_SECONDS - (time.monotonic() - begun - elapsed)))


def _memory(pid: int) -> Memory:
    return Memory(used_mib(pid) or 0.0, resident_mib(pid) or 0.0)


def _table(samples: Sequence[Sample], marks: Sequence[int]) -> Table:
    times = tuple(f"{mark} min" if mark else "start" for mark in marks)
    at = [round((len(samples) - 1) * mark / marks[-1]) for mark in marks]
    rows = tuple(_row(name, [sample[name] for sample in samples], at) for name in samples[0])
    return Table(("service", *times, "highest", "limit", "end / limit", "resident"), rows)


def _row(name: str, memory: Sequence[Memory], at: Sequence[int]) -> tuple[str, ...]:
    limit = BY_NAME[name].memory_mib
    marked = (f"{memory[index].used:.0f}" for index in at)
    highest = max(each.used for each in memory)
    share = f"{memory[-1].used / limit:.0%}".replace("%", " %")
    return (name, *marked, f"{highest:.0f}", str(limit), share, f"{memory[-1].resident:.0f}")
