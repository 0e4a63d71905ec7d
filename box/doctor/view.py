"""The report for people and for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from box.doctor.values import Cell, Check, Hop, Report

COLOURS = {"ok": "green", "warning": "yellow", "broken": "red"}


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON writes it; each part is a list, `broken` the first that is."""
    parts = asdict(report)
    for hop, content in zip((*report.round_trip, *report.alert_path), _hops(parts), strict=True):
        content["state"] = hop.state
    broken = report.broken
    return {"healthy": broken is None, "broken": asdict(broken) if broken else None, **parts}


def _hops(parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [*parts["round_trip"], *parts["alert_path"]]


def show(console: Console, report: Report) -> None:
    """Print the report; its last line says that all is well, or what is broken first and what to do."""
    console.print(f"box doctor: {report.mode}")
    _print(console, "environment", (_check(each) for each in report.environment))
    _print(console, "components", (_check(each) for each in report.components))
    _print(console, "round trip of one order", _hop_rows(report.round_trip))
    _print(console, "newest sample of each signal", (_cell(each) for each in report.matrix))
    _print(console, "alert path", _hop_rows(report.alert_path))
    if report.broken:
        console.print(Text.assemble(("broken: ", "bold red"), str(report.broken)), soft_wrap=True)
    else:
        console.print("[bold green]all is well[/]")


def _print(console: Console, title: str, rows: Iterable[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left", show_header=False, box=None, pad_edge=False)
    for state, *cells in rows:
        table.add_row(Text(state, COLOURS[state]), *(Text(cell, overflow="fold") for cell in cells))
    console.print(table)


def _check(check: Check) -> Sequence[str]:
    return check.state, check.name, check.told


def _hop_rows(hops: Iterable[Hop]) -> Iterable[Sequence[str]]:
    return ((hop.state, hop.name, f"{hop.seconds:.2f} s", hop.told) for hop in hops)


def _cell(cell: Cell) -> Sequence[str]:
    age = "none" if cell.age_seconds is None else f"{cell.age_seconds:.1f} s old"
    return cell.state, cell.service, cell.signal, age, cell.query
