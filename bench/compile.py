"""How long compiling takes: whole processes, their start included, beside Sloth and slokit with the same SLOs."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import measure, middle
from bench.peers import SLOKIT, SLOTH, SYSTEM, our_programs, path_of, version_of
from bench.report import Report, Table, ratio
from bench.specs import routes, slobox, sloth
from bench.stages import stages
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.cost import Cost
    from bench.options import Options
    from bench.peers import Peer

_ALL_TARGETS = "slo, all targets"
_PEERS = ("sloth", "slokit")
_ROWS = ("slo", SYSTEM)
_Results = dict[int, dict[str, "Cost"]]


@dataclass(frozen=True, slots=True)
class Contender:
    """A generator: what it is called, which specification it reads, and its command line."""

    name: str
    spec: Path
    command: Callable[[str], list[str]]


def run(options: Options) -> Report:
    """Compile 1, 100, 1,000 and 10,000 SLOs, interleaved, and compare medians."""
    plan = {1: 3, 100: 3, 1_000: 3} if options.quick else {1: 11, 100: 11, 1_000: 11, 10_000: 3}
    programs = {peer.name: path for peer in (SLOTH, SLOKIT) if (path := path_of(peer))}
    with tempfile.TemporaryDirectory() as folder:
        ours = our_programs(Path(folder))
        results = {size: _rounds(_contenders(size, Path(folder), ours, programs), runs) for size, runs in plan.items()}
        profile = stages(Path(folder) / "1000.slobox.yaml", 5)
    versions = [
        machine(),
        *(version_of(peer, programs[peer.name]) for peer in (SLOTH, SLOKIT) if peer.name in programs),
    ]
    return Report("compile", (*_parts(results, plan), *_profile(profile), f"Versions: {', '.join(versions)}."))


def _contenders(size: int, folder: Path, ours: Mapping[str, str], programs: Mapping[str, str]) -> list[Contender]:
    """Everyone who takes part at this size; all targets of ours only at 1,000."""
    spec, theirs = folder / f"{size}.slobox.yaml", folder / f"{size}.sloth.yaml"
    spec.write_text(slobox(routes(size)))
    theirs.write_text(sloth(routes(size)))
    found = [_own(name, program, spec, "--target", "prometheus") for name, program in ours.items()]
    if size == 1_000:  # noqa: PLR2004 - the size that all targets are measured at
        found.append(_own(_ALL_TARGETS, ours["slo"], spec))
    return found + [_peer(peer, programs, theirs) for peer in (SLOTH, SLOKIT) if peer.name in programs]


def _own(name: str, program: str, spec: Path, *options: str) -> Contender:
    return Contender(name, spec, lambda out: [program, "build", str(spec), *options, "-o", out])


def _peer(peer: Peer, programs: Mapping[str, str], spec: Path) -> Contender:
    return Contender(peer.name, spec, lambda out: peer.generate(programs[peer.name], str(spec), out))


def _rounds(contenders: Sequence[Contender], runs: int) -> dict[str, Cost]:
    """Interleaved runs, each after one that does not count, which writes to another place that is new.

    So each comes after itself: whoever follows one that has filled gigabytes runs slower.
    """
    costs: dict[str, list[Cost]] = {one.name: [] for one in contenders}
    for _ in range(runs):
        for one in contenders:
            with tempfile.TemporaryDirectory(dir=one.spec.parent) as fresh:
                measure(one.command(str(Path(fresh, "before"))))
                costs[one.name].append(measure(one.command(str(Path(fresh, "out")))))
    return {name: middle(values) for name, values in costs.items()}


def _parts(results: _Results, plan: Mapping[int, int]) -> list[str | Table]:
    runs = ", ".join(f"{size:,} SLOs: {count}" for size, count in plan.items())
    intro = (
        "Whole processes with their start, the first write into an empty folder, no cache and no daemon, the same\n"
        "SLOs in each tool's own syntax; ours is `slo build --target prometheus`, installed from the wheel into an\n"
        "environment that holds nothing else, with the Python that runs the benchmark and, where it is another one,\n"
        "with that of the system, which distributions compile with more care. Nobody waits for a new file to reach\n"
        "the disk; `slo build` does where it replaces one. Milliseconds, medians of\n"
        f"interleaved runs, each after one of the same that does not count ({runs})."
    )
    return [
        intro,
        _times(results, lambda cost: cost.wall),
        "The same in processor time, all threads together; other work on the machine disturbs it less.",
        _times(results, lambda cost: cost.cpu),
        *_all_targets(results),
        *_growth(results),
        "Peak memory of the process, MB (at least 9, which is the launcher's own):",
        _memory(results),
    ]


def _times(results: _Results, figure: Callable[[Cost], float]) -> Table:
    names = list(results[1])
    pairs = [(ours, other) for ours in names if ours in _ROWS for other in names if other in _PEERS]
    head = ("SLOs", *names, *(f"{ours} / {other}" for ours, other in pairs))
    rows = [
        (
            f"{size:,}",
            *(f"{figure(costs[name]) * 1e3:,.0f}" for name in names),
            *(ratio(figure(costs[ours]), figure(costs[other])) for ours, other in pairs),
        )
        for size, costs in results.items()
    ]
    return Table(head, tuple(rows))


def _all_targets(results: _Results) -> list[str]:
    costs = results[1_000]
    ours = costs[_ALL_TARGETS].wall
    beside = f", {ratio(ours, costs['sloth'].wall)} of Sloth's time for its one file" if "sloth" in costs else ""
    return [f"All targets of 1,000 SLOs together, first write: {ours * 1e3:,.0f} ms{beside}."]


def _growth(results: _Results) -> list[str]:
    if 10_000 not in results:  # noqa: PLR2004 - the largest size
        return []
    times = ratio(results[10_000]["slo"].wall, results[1_000]["slo"].wall)
    return [f"10,000 SLOs take {times} times as long as 1,000."]


def _memory(results: _Results) -> Table:
    names = list(results[1_000])
    sizes = [size for size in results if size >= 1_000]  # noqa: PLR2004 - below, the start of a process is all there is
    rows = [
        (f"{size:,}", *(f"{results[size][n].memory / 1e6:,.0f}" if n in results[size] else "-" for n in names))
        for size in sizes
    ]
    return Table(("SLOs", *names), tuple(rows))


def _profile(profile: Mapping[str, float]) -> list[str | Table]:
    rows = tuple((stage, f"{seconds * 1e3:,.1f}") for stage, seconds in profile.items())
    said = "Processor time of `slo build --target prometheus` for 1,000 SLOs by stage, milliseconds, medians of 5 runs:"
    return [said, Table(("stage", "ms"), rows)]
