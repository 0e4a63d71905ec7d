"""`make bench` and `python -m bench [NAME ...]`: run benchmarks, print their tables, write docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from time import perf_counter

from bench.cost import CommandFailedError
from bench.options import Options
from bench.page import PageError, write_section

BENCHES = {
    "compile": "time and memory of `slo build` beside Sloth and slokit",
    "accuracy": "recorded error ratios against counted events, for twelve traffic shapes",
    "samples": "samples that one evaluation of one SLO reads",
    "evaluation": "what a Prometheus takes for the rules of 200 and 1,000 SLOs",
    "telemetry": "what metrics, traces and logs cost the shop per request",
    "breakers": "requests that fail while a tier of the shop hangs, with and without circuit breakers",
    "serve": "what `slo serve` takes to show 1,000 SLOs, and what it asks of Prometheus",
    "memory": "memory of the whole native stack, at rest and over an hour with users",
}
"""Name -> what it measures; module `bench.<name>` has `run(options)`."""
LONG = frozenset({"memory"})
"""These run only when named."""


def main() -> int:
    """Run the named benchmarks, by default all but the long ones."""
    args = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the servers of a benchmark
    options = Options(args.quick, args.runs, tuple(filter(None, args.shapes.split(","))))
    try:
        for name in args.names or [name for name in BENCHES if name not in LONG]:
            _run(name, options, write_docs=args.write_docs)
    except (CommandFailedError, PageError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<12} {text}" for name, text in BENCHES.items())
    parser = argparse.ArgumentParser(
        "python -m bench",
        description="Measure the compiler, its rules and the shop. No figure is asserted.",
        epilog=f"benchmarks:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", choices=[*BENCHES, []], help="which ones (default: all but memory)"
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer runs")
    parser.add_argument("--shapes", metavar="A,B", default="", help="accuracy: only these traffic shapes")
    parser.add_argument("--runs", type=int, default=0, metavar="N", help="evaluation, breakers: runs of each row")
    parser.add_argument("--write-docs", action="store_true", help="write the tables into docs/benchmarks.md")
    return parser


def _run(name: str, options: Options, *, write_docs: bool) -> None:
    start = perf_counter()
    report = importlib.import_module(f"bench.{name}").run(options)
    print(f"## {name}\n\n{report.text()}", flush=True)
    print(f"bench: {name} took {perf_counter() - start:.0f} s", file=sys.stderr)
    if write_docs:
        write_section(name, report.text())


if __name__ == "__main__":
    raise SystemExit(main())
