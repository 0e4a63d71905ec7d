"""Makes a past for a Prometheus: raw series as blocks, and what rules would have recorded over them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cost import CommandFailedError
from bench.rulefile import reads_back, rule_text, stages
from bench.server import program, serving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.rulefile import Rule

_LONG = "13122h"  # a power of 3 times 2h: one pass over the text for all of it
_RANGE = "162h"  # at most 11,000 points at one a minute
Span = tuple[float, float]


def add_samples(folder: Path, text: Path) -> None:
    """Turn a file of OpenMetrics text into blocks of `folder`/data."""
    command = ["create-blocks-from", "openmetrics", f"--max-block-duration={_LONG}", str(text), str(folder / "data")]
    _promtool(command, folder)


@dataclass(frozen=True, slots=True)
class History:
    """What one rule file would have recorded.

    Attributes:
        file: name of the rule file; the second in which a group is evaluated follows from it.
        rules: all of its rules.
        whole: first and last second of the past; records that other rules read back get all of it.
        interval: of evaluations in the whole past, when every minute would be too much work.
    """

    file: str
    rules: Sequence[Rule]
    whole: Span
    interval: str | None = None


def add_records(folder: Path, pasts: Sequence[History], shown: Span) -> None:
    """Add what rules would have recorded; all records are there in the span `shown`.

    Promtool does not see what it records itself, so it works level by level and Prometheus loads each level before the
    next. Names of files and groups are the same at every level, so that all levels are evaluated at the same seconds.
    """
    levels = [(past, stages(past.rules), reads_back(past.rules)) for past in pasts]
    for level in range(max(len(found) for _, found, _ in levels)):
        with tempfile.TemporaryDirectory(dir=folder) as made:
            with serving(folder) as server:
                for past, found, back in levels:
                    now = found[level] if level < len(found) else []
                    read = [r for r in now if r.record in back]
                    slow = [replace(r, interval=past.interval or r.interval) for r in read]
                    _record(folder, server.url, past.file, slow, past.whole, Path(made))
                    rest = now if past.interval else [r for r in now if r not in read]
                    _record(folder, server.url, past.file, rest, shown, Path(made))
            for block in Path(made).iterdir():
                shutil.move(block, folder / "data" / block.name)


def add_copied_records(source: Path, folder: Path, span: Span) -> None:
    """Copy the records of a span from another data folder, where they fill a block per rule, into one block."""
    text = folder / "records.om"
    times = [f"--min-time={span[0] * 1e3:.0f}", f"--max-time={span[1] * 1e3:.0f}"]
    command = ["dump-openmetrics", *times, '--match={__name__=~"slo:.+"}', str(source / "data")]
    text.write_text(_promtool(command, folder))
    add_samples(folder, text)


def _record(folder: Path, url: str, file: str, rules: Sequence[Rule], span: Span, out: Path) -> None:
    if rules:
        (folder / file).write_text(rule_text(rules))
        start, end = (f"{second:.0f}" for second in span)
        command = ["create-blocks-from", "rules", "-q", f"--url={url}", f"--start={start}", f"--end={end}"]
        _promtool([*command, f"--max-block-duration={_RANGE}", f"--output-dir={out}", file], folder)


def _promtool(arguments: Sequence[str], folder: Path) -> str:
    done = subprocess.run([program("promtool"), "tsdb", *arguments], cwd=folder, capture_output=True, text=True)  # noqa: PLW1510 - the code is looked at below
    if done.returncode or "level=ERROR" in done.stderr:
        raise CommandFailedError(f"`promtool tsdb {' '.join(arguments)}` fails:\n{done.stderr[-2000:]}")
    return done.stdout
