"""`slo build`: compiles specifications and writes the outputs, or checks that they are current."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from slo.cli.help import Lines
from slo.cli.inputs import add_files, folder_of, read_base, read_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slo.cli.types import Subparsers
    from slo.diagnostics import Diagnostic
    from slo.model import Scale
    from slo.pipeline import Compiled
    from slo.write import Output
    from slo.write.leftovers import Built

_EPILOG = """\
examples:
  slo build                                     slos.yaml, to where its `outputs` say, or build/slo/
  slo build a.yaml b.yaml teams/ -o out         several files, to out/<target>/
  slo build --check                             exit 1 when an output is not current
  slo build --time-scale 60 -o demo             30 days pass in 12 hours
"""
_TARGETS = "prometheus, operator, mimir, thanos, tests, alertmanager, grafana, runbooks"
_TILE = 300
_SCRAPES_PER_TILE = 3
_DIFF_LINES = 20


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    text = "compile specifications and write rules, their tests, Alertmanager routes, dashboards and runbooks"
    parser = subparsers.add_parser("build", help=text, description=text, epilog=_EPILOG, formatter_class=Lines)
    add_files(parser)
    parser.add_argument(
        "-o", "--output", type=_folder, metavar="DIR", help="write to DIR/<target>/ instead of `outputs`"
    )
    parser.add_argument(
        "--target", action="append", default=[], metavar="NAME", help=f"make only this target (repeatable): {_TARGETS}"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when an output is not current")
    parser.add_argument("--prune", action="store_true", help="remove files of the set that are no longer made")
    parser.add_argument("--set", metavar="NAME", dest="set_name", help="put all files into this set")
    parser.add_argument("--time-scale", type=_factor, metavar="K", help="divide every window by K; needs -o")
    parser.add_argument(
        "--scrape-interval", type=_seconds, metavar="D", help="with --time-scale: of the targets (default 1s)"
    )
    _add_options(parser)
    parser.set_defaults(run=lambda args: run(args, parser))


def _add_options(parser: argparse.ArgumentParser) -> None:
    """How the rules are written."""
    text = "alert rules for each SLO, or one set of them for all alike"
    parser.add_argument("--layout", choices=("default", "shared"), default="default", help=text)
    parser.add_argument(
        "--compat", choices=("sloth",), default="", help="make the series and alert names of Sloth, too"
    )
    text = "the oldest server that has to read the rules (default: any)"
    parser.add_argument("--prometheus", choices=("2.42", "3"), default="", help=text)
    text = "split groups for rulers that limit them (operator, mimir, thanos)"
    parser.add_argument("--max-rules-per-group", type=_count, metavar="N", help=text)


def run(args: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Compile everything, then write it; nothing is written when anything is wrong."""
    from slo.lint import warnings  # noqa: PLC0415 - keeps the start of other commands fast
    from slo.model import Options  # noqa: PLC0415 - as above
    from slo.pipeline import Request, attempt  # noqa: PLC0415 - as above

    _check_usage(args, parser)
    inputs = read_inputs(args.files)
    options = Options(args.layout, args.compat, args.prometheus, args.max_rules_per_group)
    request = Request(tuple(args.target), args.set_name, _scale(args), into=args.output is not None, options=options)
    outcome = attempt(inputs.sources, request, read_base, complete=not inputs.unread)
    compiled = outcome.compiled
    found = [*inputs.unread, *outcome.errors, *outcome.true(d for p in outcome.plans for d in warnings(p))]
    found += _about_sets(compiled, args)
    if found:
        from slo.cli.report import print_all  # noqa: PLC0415 - only needed when there is something to show

        print_all(_judged(found, inputs.texts))
    outputs = _outputs(compiled, args)
    args.made = inputs.sources, compiled, outputs  # see `slo.cli.command`
    _warn_of_the_disk(compiled, outputs, args)
    return _check(outputs) if args.check else _write(outputs, prune=args.prune)


def _about_sets(compiled: Sequence[Compiled], args: argparse.Namespace) -> list[Diagnostic]:
    """What there is to say about sets that are built side by side: nothing where each says where its files go."""
    from slo.write.layout import several_configurations  # noqa: PLC0415 - as above

    made = [(one.plan.set, one.layout) for one in compiled if one.layout["alertmanager"] in one.files]
    unasked = [pair for pair in made if args.output or "alertmanager" not in dict(pair[0].outputs)]
    return list(several_configurations(unasked))


def _warn_of_the_disk(compiled: Sequence[Compiled], outputs: Sequence[Output], args: argparse.Namespace) -> None:
    """Tell what earlier builds wrote, and this one would silently leave behind or take away."""
    from slo.write import State  # noqa: PLC0415 - as above
    from slo.write.leftovers import about_dropped, about_renamed  # noqa: PLC0415 - as above

    built = _built(compiled, args)
    found = [] if args.check or args.prune else list(about_renamed(_renamed(compiled, args)))
    if any(output.state is State.CHANGED for output in outputs):
        for one in compiled:
            spec = one.plan.set.slos[0].place.file
            found += about_dropped(one.plan.set, [output for output in outputs if output.spec == spec], built)
    if found:
        from slo.cli.report import print_all  # noqa: PLC0415 - only needed when there is something to show

        print_all(found)


def _built(compiled: Sequence[Compiled], args: argparse.Namespace) -> Built:
    from slo.write.leftovers import Built  # noqa: PLC0415 - as above

    sets = tuple(one.plan.set for one in compiled)
    return Built(sets, sure=not args.output and all(one.slos[0].place.file != "<stdin>" for one in sets))


def _renamed(compiled: Sequence[Compiled], args: argparse.Namespace) -> list[Output]:
    """The files of sets that are now called otherwise."""
    from slo.write.leftovers import renamed  # noqa: PLC0415 - as above

    files: dict[Path, Output] = {}
    for one in compiled:
        folder = Path(args.output) if args.output else folder_of(one.plan.set)
        files |= {file.path: file for file in renamed(folder, one.layout.values(), _built(compiled, args))}
    return list(files.values())


def _judged(found: Sequence[Diagnostic], texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The findings with their places, without those that comments ignore.

    Raises:
        CompileError: one of them is an error.
    """
    from slo.errors import CompileError  # noqa: PLC0415 - as above
    from slo.lint.ignores import judge  # noqa: PLC0415 - only needed when there is something to say
    from slo.load.locate import located  # noqa: PLC0415 - as above

    kept = judge(located(found, texts), texts).kept
    if any(finding.severity == "error" for finding in kept):
        raise CompileError(kept)
    return kept


def _check_usage(args: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    from slo.emit import FILE_NAMES  # noqa: PLC0415 - as above
    from slo.resolve.findings import RefusedError  # noqa: PLC0415 - as above
    from slo.resolve.values import name  # noqa: PLC0415 - as above

    unknown = [target for target in args.target if target not in FILE_NAMES]
    if unknown:
        parser.error(f"there is no target {unknown[0]!r}; known: {', '.join(FILE_NAMES)}")
    if args.time_scale and not args.output:
        parser.error("--time-scale needs -o DIR: such rules belong into a Prometheus of their own")
    if args.scrape_interval and not args.time_scale:
        parser.error("--scrape-interval belongs to --time-scale; otherwise the specification says it")
    scrapes, rest = divmod(_TILE // (args.time_scale or 1), args.scrape_interval or 1)
    if scrapes < _SCRAPES_PER_TILE:
        parser.error("at this time scale five minutes hold fewer than three scrapes; lower K or the scrape interval")
    if rest:
        parser.error("at this time scale five minutes are no whole number of scrape intervals; choose another one")
    if args.check and args.prune:
        parser.error("--check changes nothing, so it cannot --prune")
    try:
        name(args.set_name or "none")
    except RefusedError as refused:
        parser.error(f"--set: {refused.message}")


def _folder(text: str) -> str:
    """What an unset variable leaves of `-o "$DIR"` is refused."""
    if not text:
        raise argparse.ArgumentTypeError('"" names no folder; the current one is .')
    return text


def _factor(text: str) -> int:
    """A time scale under which five minutes stay a whole number of seconds."""
    if not text.isdecimal() or int(text[:9]) < 1 or _TILE % int(text[:9]):
        raise argparse.ArgumentTypeError("K is a whole number that divides 300, such as 60")
    return int(text[:9])


def _count(text: str) -> int:
    """A number of rules; a group with fewer than ten would be split into more levels than rules."""
    if not text.isdecimal() or int(text[:9]) < 10:  # noqa: PLR2004 - see above
        raise argparse.ArgumentTypeError("N is a whole number, at least 10")
    return int(text[:9])


def _seconds(text: str) -> int:
    from slo.resolve.findings import RefusedError  # noqa: PLC0415 - as above
    from slo.resolve.values import scrape_interval  # noqa: PLC0415 - as above

    try:
        return scrape_interval(text)
    except RefusedError as refused:
        raise argparse.ArgumentTypeError(refused.message) from None


def _scale(args: argparse.Namespace) -> Scale | None:
    from slo.model import Scale  # noqa: PLC0415 - as above

    if not args.time_scale:
        return None
    interval = args.scrape_interval or 1
    return Scale(args.time_scale, interval, interval)


def _outputs(compiled: Sequence[Compiled], args: argparse.Namespace) -> list[Output]:
    """Every output of every set, and the files that are no longer made, compared with the disk."""
    from slo.write import examine, stale  # noqa: PLC0415 - as above
    from slo.write.layout import claimed  # noqa: PLC0415 - as above

    outputs: list[Output] = []
    for one in compiled:
        slo_set = one.plan.set
        folder = Path(args.output) if args.output else folder_of(slo_set)
        spec, inside = slo_set.slos[0].place.file, args.output is None
        outputs.extend(examine(folder, one.files, spec, slo_set.name, inside=inside, pages=one.pages))
        if args.check or args.prune:
            made = claimed(slo_set, one.layout, args.target)
            outputs.extend(stale(folder, slo_set.name, made, one.layout.values()))
    if args.check or args.prune:
        outputs.extend(_renamed(compiled, args))
    _refuse_clashes(outputs)
    return outputs


def _refuse_clashes(outputs: Sequence[Output]) -> None:
    from slo.diagnostics import Diagnostic, Place  # noqa: PLC0415 - as above
    from slo.errors import CompileError  # noqa: PLC0415 - as above

    paths: set[Path] = set()
    for output in outputs:
        if output.path in paths and not output.page:
            message = f"two sets write the output {output.shown}"
            hint = "give each its own `outputs`, or one `set` to both files"
            raise CompileError((Diagnostic("SLO085", Place(output.spec), message, hint),))
        paths.add(output.path)


def _write(outputs: Sequence[Output], *, prune: bool) -> int:
    from slo.write import State, write  # noqa: PLC0415 - as above

    write(outputs)
    done = {State.MISSING: "written", State.CHANGED: "written", State.STALE: "removed"}
    words = [done.get(output.state, str(output.state)) for output in outputs]
    for output, word in zip(outputs, words, strict=True):
        print(f"{word:<10} {output.shown}")
    told = ["written", "unchanged", *(["removed"] if prune else []), *(["kept"] if "kept" in words else [])]
    print(", ".join(f"{words.count(word)} {word}" for word in told))
    return 0


def _check(outputs: Sequence[Output]) -> int:
    from slo.write import State  # noqa: PLC0415 - as above

    wrong = [output for output in outputs if output.state not in {State.CURRENT, State.KEPT}]
    for output in wrong:
        print(f"{output.shown}: {_VERDICTS[output.state]}", file=sys.stderr)
    drifted = next((output for output in wrong if output.state is State.CHANGED), None)
    if drifted:
        _print_diff(drifted)
    if wrong:
        print(f"{len(wrong)} of {len(outputs)} outputs are not current; run `slo build`", file=sys.stderr)
        return 1
    print(f"all {len(outputs)} outputs are current")
    return 0


_VERDICTS = {
    "missing": "missing",
    "changed": "differs from what would be written",
    "no longer made": "is no longer made; `slo build --prune` removes it",
}


def _print_diff(output: Output) -> None:
    """The first lines of how the file differs from what belongs there."""
    from difflib import unified_diff  # noqa: PLC0415 - only needed here
    from itertools import islice  # noqa: PLC0415 - as above

    from slo.cli.report import visible  # noqa: PLC0415 - as above

    now = (output.before or b"").decode(errors="replace").splitlines()
    wanted = (output.text or "").splitlines()
    diff = unified_diff(now, wanted, f"{output.shown} (on disk)", f"{output.shown} (wanted)", lineterm="", n=1)
    lines = list(islice(diff, _DIFF_LINES + 1))
    for line in lines[:_DIFF_LINES]:
        print("  " + visible(line[:160]), file=sys.stderr)
    if len(lines) > _DIFF_LINES:
        print("  ...", file=sys.stderr)
