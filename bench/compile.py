"""Compile time of whole processes, beside Sloth and slokit with the same SLOs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import measure, middle
from bench.peers import SLOKIT, SLOTH, SYSTEM, our_programs, path_of, version_of
from bench.report import Report, Table, ratio
from bench.specs import routes, slobox, sloth
from bench.stages import stages
from bench.unlike import in_files, unlike
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.cost import Cost
    from bench.options import Options
    from bench.peers import Peer

_ALL_TARGETS = "slo, all targets"
_ROWS = ("slo", SYSTEM)
_PEERS = (SLOTH, SLOKIT)
_UNLIKE = "1,000 unlike"
_INTRO = """\
Whole processes with their start, the first write into an empty folder, no cache and no daemon, the same SLOs in each
tool's own syntax; ours is `slo build --target prometheus`, installed from the wheel into an environment that holds
nothing else, with the Python that runs the benchmark and, where it is another one, with that of the system, which
distributions compile with more care. Alike SLOs differ in one label. Unlike ones have seven forms of queries (selectors
of total and bad events, latency by `good`, expressions with `sum`, `sum by`, `+` and `or`), and differ in metric,
labels and objective; with warnings, every twentieth has one, and `slo` shows it. The same ones in 200 files are one
folder; Sloth and `slo` write a file for each, slokit one for all. New files are not synced to the disk; `slo build`
syncs those that it replaces. Milliseconds, medians of interleaved runs, each after one of the same that does not count
({runs})."""

_Results = dict[str, dict[str, "Cost"]]
_Command = Callable[[str], list[str]]
"""The command line that writes to a place."""


@dataclass(frozen=True, slots=True)
class _Work:
    """SLOs to compile: the file or folder in our syntax and in that of Sloth, and how often."""

    name: str
    ours: Path
    theirs: Path
    runs: int


def run(options: Options) -> Report:
    """Compile 1 to 10,000 alike SLOs and 1,000 unlike ones, interleaved, and compare medians."""
    programs = {peer.name: path for peer in _PEERS if (path := path_of(peer))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = our_programs(folder)
        work = _work(folder, quick=options.quick)
        results = {one.name: _rounds(one, _commands(one, ours, programs)) for one in work}
        profiles = {title: stages(folder / f"{title}.slobox.yaml", 5) for title in ("1,000", _UNLIKE)}
    versions = [machine(), *(version_of(peer, programs[peer.name]) for peer in _PEERS if peer.name in programs)]
    intro = _INTRO.format(runs=", ".join(f"{one.name}: {one.runs}" for one in work))
    return Report("compile", (intro, *_parts(results), *_profile(profiles), f"Versions: {', '.join(versions)}."))


def _work(folder: Path, *, quick: bool) -> list[_Work]:
    sizes = {1: 3, 100: 3, 1_000: 3} if quick else {1: 11, 100: 11, 1_000: 11, 10_000: 3}
    named = {f"{size:,}": routes(size) for size in sizes}
    named |= {_UNLIKE: unlike(1_000), f"{_UNLIKE}, 50 with a warning": unlike(1_000, warned=True)}
    runs = [*sizes.values(), *[3 if quick else 11] * 3]
    for name, slos in named.items():
        (folder / f"{name}.slobox.yaml").write_text(slobox(slos))
        (folder / f"{name}.sloth.yaml").write_text(sloth(slos))
    in_files(named[_UNLIKE], folder / "ours", folder / "theirs")
    files = [(name, folder / f"{name}.slobox.yaml", folder / f"{name}.sloth.yaml") for name in named]
    files.append((f"{_UNLIKE} in 200 files", folder / "ours", folder / "theirs"))
    return [_Work(*one, count) for one, count in zip(files, runs, strict=True)]


def _commands(work: _Work, ours: Mapping[str, str], programs: Mapping[str, str]) -> dict[str, _Command]:
    """Return the commands that take part, by the name of their column; all targets of ours only at 1,000."""
    built = {name: _own(program, work.ours, "--target", "prometheus") for name, program in ours.items()}
    if work.name == "1,000":
        built[_ALL_TARGETS] = _own(ours["slo"], work.ours)
    return built | {p.name: partial(_peer, p, programs[p.name], work.theirs) for p in _PEERS if p.name in programs}


def _own(program: str, spec: Path, *options: str) -> _Command:
    return lambda out: [program, "build", str(spec), *options, "-o", out]


def _peer(peer: Peer, program: str, spec: Path, out: str) -> list[str]:
    """Return the command of another generator; of a folder, slokit makes one file, and Sloth needs the folder."""
    if spec.is_dir():
        Path(out).mkdir()
    return peer.generate(program, str(spec), f"{out}/rules.yaml" if spec.is_dir() and peer is SLOKIT else out)


def _rounds(work: _Work, commands: Mapping[str, _Command]) -> dict[str, Cost]:
    """Interleave the runs, each after one that does not count, which writes to another new place.

    A program that follows one which has filled gigabytes runs slower; so each follows itself.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(work.runs):
        for name, command in commands.items():
            with tempfile.TemporaryDirectory(dir=work.ours.parent) as fresh:
                measure(command(str(Path(fresh, "before"))))
                costs[name].append(measure(command(str(Path(fresh, "out")))))
    return {name: middle(values) for name, values in costs.items()}


def _parts(results: _Results) -> list[str | Table]:
    thousand = results["1,000"]
    every = thousand.pop(_ALL_TARGETS).wall
    beside = f", {ratio(every, thousand['sloth'].wall)} of Sloth's time for its one file" if "sloth" in thousand else ""
    growth = ratio(results["10,000"]["slo"].wall, thousand["slo"].wall) if "10,000" in results else ""
    return [
        _times(results, lambda cost: cost.wall),
        "The same in processor time, all threads together; other work on the machine disturbs it less.",
        _times(results, lambda cost: cost.cpu),
        f"All targets of 1,000 SLOs together, first write: {every * 1e3:,.0f} ms{beside}.",
        *([f"10,000 SLOs take {growth} times as long as 1,000."] if growth else []),
        "Peak memory of the process, MB (at least 9, which is the launcher's own):",
        _memory(results),
    ]


def _times(results: _Results, figure: Callable[[Cost], float]) -> Table:
    names = list(results["1"])
    pairs = [(ours, peer.name) for ours in names if ours in _ROWS for peer in _PEERS if peer.name in names]
    rows = [
        (
            work,
            *(f"{figure(costs[name]) * 1e3:,.0f}" for name in names),
            *(ratio(figure(costs[ours]), figure(costs[other])) for ours, other in pairs),
        )
        for work, costs in results.items()
    ]
    return Table(("SLOs", *names, *(f"{ours} / {other}" for ours, other in pairs)), tuple(rows))


def _memory(results: _Results) -> Table:
    names = list(results["1"])
    rows = [(w, *(f"{costs[n].memory / 1e6:,.0f}" for n in names)) for w, costs in results.items() if "000" in w]
    return Table(("SLOs", *names), tuple(rows))


def _profile(profiles: Mapping[str, Mapping[str, float]]) -> Sequence[str | Table]:
    rows = tuple(
        (stage, *(f"{one.get(stage, 0) * 1e3:,.1f}" for one in profiles.values())) for stage in profiles["1,000"]
    )
    text = "Processor time of `slo build --target prometheus` by stage, milliseconds, medians of 5 runs:"
    return [text, Table(("stage", *profiles), rows)]
