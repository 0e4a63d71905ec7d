"""`slo build`: compile specifications and write the outputs, or check that they are current."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from slo.build import BuildRequest, build
from slo.cli.arguments import add_files, add_layout, add_prometheus
from slo.cli.report import print_all
from slo.cli.usage import UsageError
from slo.emit import FILE_NAMES
from slo.model import Options, Scale
from slo.resolve.findings import RefusedError
from slo.resolve.values import name, scrape_interval
from slo.times import SUBWINDOW
from slo.write import State, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from slo.write import Output

EPILOG = """\
examples:
  slo build                                     slos.yaml, to its `outputs` or build/slo/
  slo build a.yaml b.yaml teams/ -o out         several files, to out/<target>/
  slo build --check                             exit 1 when an output is not current
  slo build --time-scale 60 -o demo             30 days pass in 12 hours
"""
_SCRAPES_PER_SUBWINDOW = 3
_DIFF_LINES = 20
_LEAST_RULES = 10
"""A smaller group would be split into more levels than it has rules."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    add = parser.add_argument
    add("-o", "--output", type=_folder, metavar="DIR", help="write to DIR/<target>/ instead of `outputs`")
    text = f"make only this target (repeatable): {', '.join(FILE_NAMES)}"
    add("--target", action="append", default=[], metavar="NAME", help=text)
    add("--check", action="store_true", help="write nothing; exit 1 when an output is not current")
    add("--prune", action="store_true", help="remove files of the set that are no longer made")
    add("--set", metavar="NAME", dest="set_name", help="put all files into this set")
    add("--time-scale", type=_factor, metavar="K", help="divide every window by K; needs -o")
    add("--scrape-interval", type=_seconds, metavar="D", help="with --time-scale: of the targets (default 1s)")
    add_layout(parser)
    add("--compat", choices=("sloth",), default="", help="also write the series and alert names of Sloth")
    add_prometheus(parser)
    text = "split groups for rulers that limit them (operator, mimir, thanos)"
    add("--max-rules-per-group", type=_count, metavar="N", help=text)


def run(args: argparse.Namespace) -> int:
    """Compile everything, then write it; after an error write nothing."""
    if args.check and args.prune:
        raise UsageError("--check writes nothing; remove --prune")
    options = Options(args.layout, args.compat, args.prometheus, args.max_rules_per_group)
    request = BuildRequest(
        files=tuple(args.files),
        targets=_targets(args.target),
        set_name=_set_name(args.set_name),
        scale=_scale(args.time_scale, args.scrape_interval, into=args.output is not None),
        options=options,
        output=args.output,
        stale=args.check or args.prune,
    )
    report = build(request)
    print_all(report.findings)
    if report.failed:
        return 1
    return _check(report.outputs) if args.check else _write(report.outputs, prune=args.prune)


def _targets(names: Sequence[str]) -> tuple[str, ...]:
    unknown = [target for target in names if target not in FILE_NAMES]
    if unknown:
        raise UsageError(f"unknown target {unknown[0]!r}; known: {', '.join(FILE_NAMES)}")
    return tuple(names)


def _set_name(given: str | None) -> str | None:
    try:
        return given and name(given)
    except RefusedError as refused:
        raise UsageError(f"--set: {refused.message}") from None


def _scale(factor: int | None, interval: int | None, *, into: bool) -> Scale | None:
    """Return the time scale, under which a subwindow stays a whole number of scrape intervals."""
    if factor is None:
        if interval:
            raise UsageError("--scrape-interval needs --time-scale; otherwise set scrape_interval in the specification")
        return None
    if not into:
        raise UsageError("--time-scale needs -o DIR: load such rules into a Prometheus of their own")
    interval = interval or 1
    scrapes, rest = divmod(SUBWINDOW // factor, interval)
    if scrapes < _SCRAPES_PER_SUBWINDOW:
        raise UsageError("fewer than three scrapes in five minutes at this time scale; lower K or the scrape interval")
    if rest:
        raise UsageError(
            "five minutes at this time scale must be a multiple of the scrape interval; change one of them"
        )
    return Scale(factor, interval, interval)


def _folder(text: str) -> Path:
    """Return the folder; an empty one comes from an unset variable in `-o "$DIR"`."""
    if not text:
        raise ArgumentTypeError("empty folder name; the current folder is .")
    return Path(text)


def _factor(text: str) -> int:
    """Return a time scale under which five minutes stay a whole number of seconds."""
    if not text.isdecimal() or int(text[:9]) < 1 or SUBWINDOW % int(text[:9]):
        raise ArgumentTypeError("K must be a whole number that divides 300, such as 60")
    return int(text[:9])


def _count(text: str) -> int:
    if not text.isdecimal() or int(text[:9]) < _LEAST_RULES:
        raise ArgumentTypeError(f"N must be a whole number, at least {_LEAST_RULES}")
    return int(text[:9])


def _seconds(text: str) -> int:
    try:
        return scrape_interval(text)
    except RefusedError as refused:
        raise ArgumentTypeError(refused.message) from None


def _write(outputs: Sequence[Output], *, prune: bool) -> int:
    write(outputs)
    done = {State.MISSING: "written", State.CHANGED: "written", State.STALE: "removed"}
    words = [done.get(output.state, str(output.state)) for output in outputs]
    for output, word in zip(outputs, words, strict=True):
        print(f"{word:<10} {output.shown}")
    counted = ["written", "unchanged", *(["removed"] if prune else []), *(["kept"] if "kept" in words else [])]
    print(", ".join(f"{words.count(word)} {word}" for word in counted))
    return 0


def _check(outputs: Sequence[Output]) -> int:
    differ = [output for output in outputs if output.state not in {State.CURRENT, State.KEPT}]
    for output in differ:
        print(f"{output.shown}: {_VERDICTS[output.state]}", file=sys.stderr)
    changed = next((output for output in differ if output.state is State.CHANGED), None)
    if changed:
        _print_diff(changed)
    if differ:
        print(f"{len(differ)} of {len(outputs)} outputs are not current; run `slo build`", file=sys.stderr)
        return 1
    print(f"all {len(outputs)} outputs are current")
    return 0


_VERDICTS = {
    "missing": "missing",
    "changed": "differs from what would be written",
    "no longer made": "is no longer made; `slo build --prune` removes it",
}


def _print_diff(output: Output) -> None:
    """Print the first lines of the difference between the file and the output."""
    from difflib import unified_diff  # noqa: PLC0415 - saves 1 ms of each build

    from slo.diagnostics.render import visible  # noqa: PLC0415 - saves 5 ms

    now = (output.before or b"").decode(errors="replace").splitlines()
    wanted = (output.text or "").splitlines()
    diff = list(unified_diff(now, wanted, f"{output.shown} (on disk)", f"{output.shown} (wanted)", lineterm="", n=1))
    for line in diff[:_DIFF_LINES]:
        print("  " + visible(line[:160]), file=sys.stderr)
    if len(diff) > _DIFF_LINES:
        print("  ...", file=sys.stderr)
