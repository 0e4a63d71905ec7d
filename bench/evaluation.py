"""What a Prometheus pays for the rules: evaluation time, processor and memory, beside Sloth over the same series."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import rule_groups
from bench.build import RefusedError, our_rules, sloth_rules
from bench.cost import CommandFailedError
from bench.evaluation_table import BARE, Figures, compared
from bench.exporter import BURNING, EPOCH, HEALTHY, series
from bench.history import History, add_copied_records, add_records, add_samples
from bench.peers import SLOTH, path_of, version_of
from bench.ports import quiet_port
from bench.processes import running
from bench.report import Report
from bench.rulefile import read_rules, reads_back
from bench.server import serving, version
from bench.specs import routes
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.options import Options
    from bench.report import Table
    from bench.server import Server

_SCRAPE = 15
_PER_SHARD = 200  # Prometheus 3 looks for dependencies between all rules of a group: minutes at 10,000 rules
_WINDOW = 60.0  # in which every group but the less frequent ones is evaluated once
_SETTLE = 70.0
"""Until each rule was evaluated once, and blocks that overlap were compacted: that is done a minute after the start."""
_WARM = 330.0
"""Until the last five minutes are in memory, as in a server that runs for longer: blocks end where it was started."""
_SHARED = "slo, --layout shared"
_PROCESSOR, _MEMORY = "process_cpu_seconds_total", "process_resident_memory_bytes"


@dataclass(frozen=True, slots=True)
class Scene:
    """One part of the benchmark: how many SLOs and series, how many hours of history, and how it is run.

    SLOs that are `alike` differ in the value of one label, so that the shared layout makes families of them.
    """

    title: str
    slos: int
    each: int
    hours: int
    runs: int
    settle: float
    bad: int = HEALTHY
    alike: bool = True


def run(options: Options) -> Report:
    """All scenes."""
    runs = options.runs or (1 if options.quick else 5)
    warm, settle = (15.0, 15.0) if options.quick else (_WARM, _SETTLE)
    scenes = (
        Scene("200 SLOs x 20 series, 26 hours of history in blocks", 200, 20, 26, runs, warm),
        Scene("1,000 SLOs x 4 series, live, no history", 1_000, 4, 0, runs, settle),
        Scene("200 SLOs x 4 series, live, all alerts of all of them firing", 200, 4, 0, 1, settle, BURNING),
        Scene("1,000 SLOs x 4 series, live, that differ in two labels", 1_000, 4, 0, 1, settle, alike=False),
    )
    sloth = path_of(SLOTH)
    parts = [part for scene in scenes for part in _scene(scene, sloth)]
    versions = [version(), *([version_of(SLOTH, sloth)] if sloth else []), machine()]
    return Report("evaluation", (_INTRO.format(runs), *parts, f"Versions: {', '.join(versions)}."))


_INTRO = """\
The same scraped series (every 15 seconds) and the same history. In each round a Prometheus for every row runs beside
those of the others, and all are measured in the same minute: what disturbs one disturbs all. They share two processors,
so "evaluation" holds some waiting for each other, and "ready" some more for those that start later. Medians of {}
rounds. Servers with history run for five and a half minutes before, so that the last five are in memory, the others for
a minute. Half of each budget is used, so that no alert fires; in the third table, of one round, all do: a firing alert
has its annotations rendered again at each evaluation, and ours looks up more figures. The SLOs of the last table, of
one round, differ in two labels each, so that the shared layout has rules for each of them. "evaluation" is the sum of
what all groups took at their last evaluation, as in `prometheus_rule_group_last_duration_seconds`, "processor" what the
whole process took in one minute, in which every group is evaluated once, scraping included. Our second group, for
missed evaluations, is evaluated every five minutes: both hold a fifth of its time, measured by asking for its
expressions. "processor for rules" is the same after the time of a Prometheus without rules was taken off. "memory" is
the resident size at the end of the minute, "ready" the time until Prometheus has loaded the rules. Our 1,000 SLOs are
in five shards."""


def _scene(scene: Scene, sloth: str | None) -> list[str | Table]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rules = _rules(folder, scene, sloth)
        found: dict[str, list[Figures]] = {row: [] for row in (*rules, BARE)}
        (folder / "made" / "data").mkdir(parents=True)
        (folder / "data").mkdir()
        done = _past(folder, scene, rules, time.time() - scene.hours * 3_600) if scene.hours else 0.0
        whole = _blocks(folder)
        with _exporter(scene) as port:
            for number in range(scene.runs):
                _add_latest(folder, scene, rules, done, whole)
                order = list(found)[:: -1 if number % 2 else 1]
                for row, one in _side_by_side(folder, scene, {row: rules.get(row) for row in order}, port).items():
                    found[row].append(one)
                    print(f"bench: round {number + 1} of {scene.runs}, {row}: {one}", file=sys.stderr, flush=True)
        sizes = {row: len(read_rules(path)) for row, path in rules.items()}
    return [f"{scene.title}:", compared(found, sizes)]


def _rules(folder: Path, scene: Scene, sloth: str | None) -> dict[str, Path]:
    found: dict[str, Path] = {}
    wanted, scrape = routes(scene.slos, alike=scene.alike), f"{_SCRAPE}s"
    for row, options in (("slo", ()), (_SHARED, ("--layout", "shared"))):
        (folder / row).mkdir()
        shards = -(-scene.slos // _PER_SHARD)
        try:
            found[row] = our_rules(folder / row, "bench", wanted, *options, scrape_interval=scrape, shards=shards)
        except RefusedError as refused:
            print(f"bench: no row {row!r}: {refused}", file=sys.stderr)
    if sloth:
        found["Sloth"] = sloth_rules(folder, sloth, "bench", wanted)
    return found


def _past(folder: Path, scene: Scene, rules: Mapping[str, Path], start: float) -> float:
    """Append what would have been scraped and recorded since `start`; return until when."""
    end, made = time.time(), folder / "made"
    print(f"bench: history of {end - start:,.0f} s", file=sys.stderr, flush=True)
    _write_samples(made / "raw.om", scene, range(int(start) + 1, int(end) + 1, _SCRAPE))
    before = set((made / "data").iterdir())
    add_samples(made, made / "raw.om")
    for block in set((made / "data").iterdir()) - before:
        shutil.copytree(block, folder / "data" / block.name, copy_function=os.link)
    pasts = [_needed(row, rules[row], (start, end)) for row in ("slo", "Sloth") if row in rules]
    add_records(made, pasts, (end - _SCRAPE, end))
    add_copied_records(made, folder, (start, end))
    return end


def _add_latest(folder: Path, scene: Scene, rules: Mapping[str, Path], start: float, whole: set[Path]) -> None:
    """Append what came since `start` in place of what was appended before: a server has no block for each minute."""
    if not scene.hours:
        return
    found = _blocks(folder)
    if not whole <= found:
        raise CommandFailedError("Prometheus has compacted the history while more of it was made")
    for block in found - whole:
        shutil.rmtree(block)
    _past(folder, scene, rules, start)


def _blocks(folder: Path) -> set[Path]:
    return {*(folder / "made" / "data").iterdir(), *(folder / "data").iterdir()}


def _write_samples(path: Path, scene: Scene, times: range) -> None:
    with path.open("w") as out:
        out.write("# TYPE http_requests counter\n")
        for name, rate in series(scene.slos, scene.each):
            out.write("".join(f"{name} {(second - EPOCH) * rate} {second}\n" for second in times))
        out.write("# EOF\n")


def _needed(row: str, path: Path, span: tuple[float, float]) -> History:
    """Only records that other rules read back need a past."""
    rules = read_rules(path)
    back = reads_back(rules)
    return History(f"{row}.yml", [rule for rule in rules if rule.record in back], span)


def _side_by_side(folder: Path, scene: Scene, rows: Mapping[str, Path | None], port: int) -> dict[str, Figures]:
    """One minute of a Prometheus for each row."""
    with contextlib.ExitStack() as running:
        servers = {row: running.enter_context(_on_a_copy(folder, rules, port)) for row, rules in rows.items()}
        time.sleep(scene.settle)
        begun, before = time.time(), _of_all(servers, _PROCESSOR)
        time.sleep(_WINDOW)
        after, memory = _of_all(servers, _PROCESSOR), _of_all(servers, _MEMORY)
        groups = {row: rule_groups.rule_groups(server) for row, server in servers.items()}
    cpu = {row: after[row] - before[row] + rule_groups.correction(groups[row], begun) for row in servers}
    evaluation = {row: sum(group.seconds for group in groups[row]) for row in servers}
    return {row: Figures(evaluation[row], cpu[row], memory[row], servers[row].started_in) for row in servers}


@contextlib.contextmanager
def _on_a_copy(folder: Path, rules: Path | None, port: int) -> Iterator[Server]:
    """A Prometheus that has its own copy of the blocks."""
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        shutil.copytree(folder / "data", Path(fresh, "data"), copy_function=os.link)
        with serving(Path(fresh), [rules] if rules else [], port, _SCRAPE) as server:
            yield server


def _of_all(servers: Mapping[str, Server], name: str) -> dict[str, float]:
    return {row: _metric(server, name) for row, server in servers.items()}


def _metric(server: Server, name: str) -> float:
    """The sum of a metric that Prometheus tells about itself."""
    return sum(map(float, re.findall(rf"(?m)^{name}(?:{{.*}})? (\S+)$", server.get("/metrics"))))


@contextlib.contextmanager
def _exporter(scene: Scene) -> Iterator[int]:
    port = quiet_port()
    numbers = (port, scene.slos, scene.each, scene.bad)
    with running([sys.executable, "-m", "bench.exporter", *map(str, numbers)]):
        yield port
