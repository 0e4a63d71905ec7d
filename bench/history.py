"""Makes a past for a Prometheus: raw series as blocks, and what rules would have recorded over them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import CommandFailedError
from bench.rulefile import reads_back, rule_text, stages
from bench.server import program, serving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.rulefile import Rule

_LONG = "13122h"  # a power of 3 times 2h: one pass over the text for all of it
_RANGE = "162h"  # at most 11,000 points at one a minute
Span = tuple[float, float]


def add_samples(folder: Path, text: Path) -> None:
    """Turn a file of OpenMetrics text into blocks of `folder`/data."""
    command = ["create-blocks-from", "openmetrics", f"--max-block-duration={_LONG}", str(text), str(folder / "data")]
    _promtool(command, folder)


def add_records(folder: Path, files: Mapping[str, Sequence[Rule]], whole: Span, shown: Span) -> None:
    """Add what the rules would have recorded.

    Promtool does not see what it records itself, so it works level by level and Prometheus loads each level before the
    next. The second in which a group is evaluated follows from the names of file and group: they are the same at every
    level.

    Args:
        folder: of the Prometheus.
        files: name of a rule file -> its rules.
        whole: first and last second of the past; records that other rules read back get all of it.
        shown: first and last second in which all records are wanted.
    """
    back = reads_back(rule for rules in files.values() for rule in rules)
    levels = {name: stages(rules) for name, rules in files.items()}
    for level in range(max(map(len, levels.values()))):
        now = {name: found[level] for name, found in levels.items() if level < len(found)}
        with tempfile.TemporaryDirectory(dir=folder) as made:
            with serving(folder) as server:
                for span, long in ((whole, True), (shown, False)):
                    part = {name: [r for r in rules if (r.record in back) == long] for name, rules in now.items()}
                    _record(folder, server.url, part, span, Path(made))
            for block in Path(made).iterdir():
                shutil.move(block, folder / "data" / block.name)


def _record(folder: Path, url: str, files: Mapping[str, Sequence[Rule]], span: Span, out: Path) -> None:
    paths = []
    for name, rules in files.items():
        if rules:
            paths.append(folder / name)
            paths[-1].write_text(rule_text(rules))
    if paths:
        start, end = (f"{second:.0f}" for second in span)
        command = ["create-blocks-from", "rules", "-q", f"--url={url}", f"--start={start}", f"--end={end}"]
        _promtool([*command, f"--max-block-duration={_RANGE}", f"--output-dir={out}", *map(str, paths)], folder)


def _promtool(arguments: Sequence[str], folder: Path) -> None:
    done = subprocess.run([program("promtool"), "tsdb", *arguments], cwd=folder, capture_output=True, text=True)  # noqa: PLW1510 - the code is looked at below
    if done.returncode or "level=ERROR" in done.stderr:
        raise CommandFailedError(f"`promtool tsdb {' '.join(arguments)}` fails:\n{done.stderr[-2000:]}")
