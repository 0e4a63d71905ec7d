"""`make bench` and `python -m bench [NAME ...]`: run benchmarks, print their tables, keep docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
from pathlib import Path
from time import perf_counter

from bench.cost import CommandFailedError
from bench.options import Options
from bench.page import PageError, write_section

BENCHES = {
    "compile": "time and memory of `slo build` beside Sloth and slokit",
    "accuracy": "recorded error ratios against counted events, for twelve shapes of traffic",
    "samples": "samples that one evaluation of one SLO reads",
    "evaluation": "what a Prometheus pays for the rules of 200 and 1,000 SLOs",
    "telemetry": "what metrics, traces and logs cost the shop per request",
    "story": "whether metrics, traces and logs lead to each other: every link followed, under mixed load",
    "outages": "what the shop and its telemetry lose while a part of the stack is dead for a minute",
    "breakers": "what visitors lose while a tier of the shop hangs for a moment, with and without circuit breakers",
    "floods": "what a flood of log lines or of label values does to shop, alerts and queries",
    "alerts": "which alerts each fault, kill and pause raises; exit status 1 when one is not as expected",
    "idle": "memory of the whole native stack at rest",
    "memory": "memory of the whole native stack over an hour with visitors",
    "missing": "2,000 random SLIs of which series are missing for a while, beside a model of what is known",
    "mutations": "10,000 damaged specifications, none of which may crash the compiler",
}
"""Name -> what it measures; module `bench.<name>` has `run(options)`."""
LONG = frozenset({"outages", "memory", "alerts"})
"""These take half an hour or more, so they run only when they are named."""


def main() -> int:
    """Run the benchmarks that are named, all without names."""
    args = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the servers that a benchmark has started
    options = Options(
        quick=args.quick, runs=args.runs, shapes=_names(args.shapes), only=_names(args.only), beside=args.beside
    )
    try:
        names = args.names or [name for name in BENCHES if name not in LONG]
        failed = [line for name in names for line in _one(name, options, write_docs=args.write_docs)]
    except (CommandFailedError, PageError) as error:
        failed = [str(error)]
    for line in failed:
        print(f"bench: {line}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<12} {text}" for name, text in BENCHES.items())
    parser = argparse.ArgumentParser(
        "python -m bench",
        description="Measures the compiler and its rules. No figure is asserted.",
        epilog=f"benchmarks:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        choices=[*BENCHES, []],
        help="which ones (default: all but outages, memory and alerts)",
    )
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer runs")
    parser.add_argument("--shapes", metavar="A,B", default="", help="accuracy: only these shapes of traffic")
    parser.add_argument(
        "--only", metavar="A,B", default="", help="outages, floods, alerts: only these; missing: these seeds"
    )
    parser.add_argument(
        "--runs", type=int, default=0, metavar="N", help="evaluation: how often each row runs; missing: how many"
    )
    parser.add_argument(
        "--beside", type=Path, metavar="FOLDER", help="breakers: a checkout of another version, set up, to compare with"
    )
    parser.add_argument(
        "--write-docs", action="store_true", help="put the tables into the page of the benchmark below docs/"
    )
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _one(name: str, options: Options, *, write_docs: bool) -> tuple[str, ...]:
    start = perf_counter()
    report = importlib.import_module(f"bench.{name}").run(options)
    print(f"## {name}\n\n{report.text()}", flush=True)
    print(f"bench: {name} took {perf_counter() - start:.0f} s", file=sys.stderr)
    if write_docs:
        write_section(name, report.text())
    failed: tuple[str, ...] = report.failed
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
