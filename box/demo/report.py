"""Prints the end of the demo, and writes its record as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from box.demo.objective import Objective
from box.demo.record import Record
from box.demo.verdict import Row, rows, theory_rows

MARKS = {True: "[green]ok[/]", False: "[red]missed[/]", None: ""}


def print_report(console: Console, record: Record, objective: Objective, slow_window: float) -> None:
    """Print both tables and the verdict."""
    console.print()
    console.print(_expected_table(rows(record, objective, slow_window)))
    console.print(_theory_table(theory_rows(record, objective)))
    console.print(verdict(record))


def _expected_table(expected: list[Row]) -> Table:
    table = Table(title="Expected and happened", title_justify="left")
    for heading in ("what", "expected", "happened", ""):
        table.add_column(heading)
    for row in expected:
        table.add_row(row.what, row.expected, row.happened, MARKS[row.fine])
    return table


def _theory_table(terms: list[tuple[str, str]]) -> Table:
    table = Table(title="Detection against theory", title_justify="left", show_header=False)
    table.add_column()
    table.add_column()
    for term, number in terms:
        table.add_row(term, number)
    return table


def verdict(record: Record) -> str:
    """Return two sentences that sum up the run."""
    arrived = (
        "The page arrived and resolved." if record.arrived_and_resolved else "The page did NOT arrive and resolve."
    )
    held = {
        True: "Detection held the bound.",
        False: "Detection was SLOWER than the bound.",
        None: "Detection could not be compared with theory.",
    }[record.held]
    return f"{arrived} {held}"


def as_json(record: Record, objective: Objective, slow_window: float) -> dict[str, Any]:
    """Return the record as plain data: moments in seconds since epoch, durations in seconds."""
    plain = asdict(record)
    plain.pop("fault_observations")
    return {
        "slo": objective.name,
        "alert": objective.alert,
        **plain,
        "detection": record.detection,
        "bound": record.theory.bound if record.theory else None,
        "held": record.held,
        "arrived_and_resolved": record.arrived_and_resolved,
        "budget_spent": record.budget_spent,
        "lines": [asdict(row) for row in rows(record, objective, slow_window)],
    }


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write the record."""
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
