"""Sums up reports of test runs in one line: `python -m tools.summary REPORT...`."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET


def count(report: Path) -> Counter[str]:
    """Return how many tests of a JUnit report passed, failed and were skipped; without a whole report one failed."""
    counts: Counter[str] = Counter()
    if not report.is_file():
        print(f"no tests ran for {report.name}: what came before them failed")
        counts["failed"] += 1
        return counts
    try:
        cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 - our own pytest wrote it
    except ET.ParseError:
        print(f"{report.name} is incomplete: its writer was killed")
        counts["failed"] += 1
        return counts
    for case in cases:
        outcomes = {child.tag for child in case}
        bad = outcomes & {"failure", "error"}
        counts["failed" if bad else "skipped" if "skipped" in outcomes else "passed"] += 1
    return counts


def summary(counts: Counter[str]) -> str:
    """Spell the counts as pytest does."""
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    return f"{counts['passed']} passed, {counts['failed']} failed{skipped}"


def main(arguments: list[str]) -> int:
    """Print the sum of all reports; return 1 when anything failed."""
    counts: Counter[str] = Counter()
    for argument in arguments:
        counts += count(Path(argument))
    print(summary(counts))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
