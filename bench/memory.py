"""Memory of the whole native stack: at rest, and over an hour with users."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.fullbox import full_box
from bench.report import Report, Table, percent
from bench.versions import machine
from box.demo.shop import Load
from box.memory import resident_mib, used_mib
from box.services import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.fullbox import FullBox
    from bench.options import Options

USERS = 20
SAMPLE_SECONDS = 10.0
REST_SECONDS, QUICK_REST_SECONDS = 120.0, 30.0
MARKS, QUICK_MARKS = (0, 15, 30, 60), (0, 1, 2)
"""Minutes of which the table shows the memory."""


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of one service: without pages of files, and with them."""

    used: float
    resident: float


Sample = dict[str, Memory]
"""All services at one time."""


def run(options: Options) -> Report:
    """Sample the memory of every service at rest, then for an hour under load."""
    marks, rest = (QUICK_MARKS, QUICK_REST_SECONDS) if options.quick else (MARKS, REST_SECONDS)
    with full_box() as box:
        time.sleep(rest)
        at_rest = _sample(box)
        Load(box.url("locust"), box.url("web")).set_users(USERS, USERS)
        return report(at_rest, list(_samples(box, marks[-1] * 60)), marks)


def report(at_rest: Sample, samples: Sequence[Sample], marks: Sequence[int]) -> Report:
    """Return the table of evenly spaced samples, the last of them at the last mark."""
    intro = (
        f"MiB of memory that counts towards the limit: at rest without users, then with {USERS} users, each one\n"
        f"request a second, sampled every {SAMPLE_SECONDS:.0f} s. `resident` also counts pages of files, of programs\n"
        "and of data that a server maps into its memory: the kernel drops them when memory is needed."
    )
    total = sum(each.used for each in at_rest.values())
    said = f"At rest all services together take {total:,.0f} MiB; their limits add up to {_limits(at_rest):,} MiB."
    return Report("memory", (intro, _table(at_rest, samples, marks), said, f"Versions: {machine()}."))


def _limits(sample: Sample) -> int:
    return sum(BY_NAME[name].memory_mib for name in sample)


def _samples(box: FullBox, seconds: float) -> Iterator[Sample]:
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) <= seconds:
        sample = _sample(box)
        print(f"{elapsed:.0f} s", *(f"{name} {each.used:.0f}" for name, each in sample.items()), file=sys.stderr)
        yield sample
        time.sleep(max(0.0, SAMPLE_SECONDS - (time.monotonic() - begun - elapsed)))


def _sample(box: FullBox) -> Sample:
    return {name: Memory(used_mib(pid) or 0.0, resident_mib(pid) or 0.0) for name, pid in box.processes().items()}


def _table(at_rest: Sample, samples: Sequence[Sample], marks: Sequence[int]) -> Table:
    times = tuple(f"{mark} min" if mark else "start" for mark in marks)
    at = [round((len(samples) - 1) * mark / marks[-1]) for mark in marks]
    rows = tuple(_row(name, at_rest[name], [sample[name] for sample in samples], at) for name in at_rest)
    return Table(("service", "at rest", *times, "highest", "limit", "end / limit", "resident"), rows)


def _row(name: str, at_rest: Memory, memory: Sequence[Memory], at: Sequence[int]) -> tuple[str, ...]:
    limit, highest = BY_NAME[name].memory_mib, max(each.used for each in memory)
    used = (f"{each.used:.0f}" for each in (at_rest, *(memory[index] for index in at)))
    share = percent(memory[-1].used / limit, 0)
    return (name, *used, f"{highest:.0f}", str(limit), share, f"{memory[-1].resident:.0f}")
