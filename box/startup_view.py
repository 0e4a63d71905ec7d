"""Progress of the start: a live table on a terminal, elsewhere one line per ready service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from box.readiness import Readiness, Show


@contextmanager
def startup_view(console: Console) -> Iterator[Show]:
    """Yield a function that shows the readiness of all services."""
    if not console.is_terminal:
        yield _lines(console)
        return
    with Live(_table([]), console=console, refresh_per_second=8) as live:
        yield lambda rows: live.update(_table(rows))


def _table(rows: Sequence[Readiness]) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        mark = "[green]ready[/]" if row.ready else f"[yellow]{row.process.lower()}[/]"
        table.add_row(f"  {row.name}", mark, f"{row.seconds:.1f} s" if row.seconds is not None else "")
    return table


def _lines(console: Console) -> Show:
    shown: set[str] = set()

    def show(rows: Sequence[Readiness]) -> None:
        for row in rows:
            if row.seconds is not None and row.name not in shown:
                shown.add(row.name)
                console.print(f"  {row.name} is ready after {row.seconds:.1f} s")

    return show
