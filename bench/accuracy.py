"""Recorded error ratios against counted events: |slo:error_ratio:<window> / counted - 1| in a real Prometheus."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import past
from bench.best_case import BestCase
from bench.cost import CommandFailedError
from bench.deviation import Deviations
from bench.peers import SLOTH, path_of, version_of
from bench.report import Report, Table
from bench.server import serving, version
from bench.shapes import SHAPES
from bench.traffic import DAY, SCRAPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.options import Options
    from bench.past import Past
    from bench.server import Server
    from bench.shapes import Shape

WINDOWS = {"5m": 300, "30m": 1_800, "1h": 3_600, "2h": 7_200, "6h": 21_600, "1d": DAY, "3d": 3 * DAY, "30d": 30 * DAY}
_INSTANTS = 70
_ENOUGH = 5
_QUICK = ("steady", "low", "lazy", "idle", "scrape-gaps")
_SLOTH, _RAW = "Sloth", "raw `increase`"

Cells = dict[tuple[str, str, str], Deviations]
"""Contender, shape and window -> deviations."""
Values = dict[str, tuple[float, float]]
"""Tenant -> second and value."""


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant of one shape and window."""

    shape: Shape
    window: str
    at: float


def run(options: Options) -> Report:
    """Build the past, query 70 instants of its last three days, compare."""
    shapes, sloth = _chosen(options), path_of(SLOTH)
    with tempfile.TemporaryDirectory() as name:
        built = past.build(Path(name), shapes, sloth)
        with serving(Path(name)) as server:
            cells = _compare(server, built, shapes)
            records, broken = _broken(server)
    sums = f"Records at these {_INSTANTS} instants: {records:,}; NaN or infinite: {broken}."
    versions = [version(), *([version_of(SLOTH, sloth)] if sloth else [])]
    return Report(
        "accuracy",
        (_INTRO, *_tables(cells, shapes), *_best_cases(built, shapes), sums, f"Versions: {', '.join(versions)}."),
    )


_INTRO = f"""\
|recorded error ratio / counted events - 1| in percent, at up to {_INSTANTS} instants of the last 3 of {past.DAYS} days
where the window holds at least {_ENOUGH} bad events (and rules were evaluated). A scrape every {SCRAPE} seconds, an
evaluation every minute. The records are those that the emitted rules make; each is compared with the events up to the
second of its evaluation. "none" counts instants without a value, "NaN" those without a number."""


def _chosen(options: Options) -> list[Shape]:
    names = options.shapes or (_QUICK if options.quick else tuple(shape.name for shape in SHAPES))
    unknown = set(names) - {shape.name for shape in SHAPES}
    if unknown:
        known = ", ".join(shape.name for shape in SHAPES)
        raise CommandFailedError(f"unknown shape {', '.join(sorted(unknown))}; known: {known}")
    return [shape for shape in SHAPES if shape.name in names]


def _instants() -> list[float]:
    step = past.SHOWN / _INSTANTS
    return [past.END - step * n - 60 for n in range(_INSTANTS)]


def _compare(server: Server, built: Past, shapes: Sequence[Shape]) -> Cells:
    cells: Cells = defaultdict(Deviations)
    for shape in shapes:
        for window in WINDOWS:
            for at in _instants():
                _at(server, built, Instant(shape, window, at), cells)
    return cells


def _at(server: Server, built: Past, asked: Instant, cells: Cells) -> None:
    """Compare all contenders at one instant, that of our last evaluation."""
    shape, window, seen = asked.shape, asked.window, asked.at
    for variant in past.VARIANTS:
        service = built.services.get((variant, shape.name))
        if service:
            selector = f'slo:error_ratio:{window}{{service="{service}",slo="{shape.name}"}}[1m]'
            values = _values(server.query(selector, asked.at)["result"], "values")
            seen = max((second for second, _ in values.values()), default=seen)
            _add(built, asked, (variant, seen), values, cells)
    selector = f'http_requests_total{{job="api",shape="{shape.name}"'
    by = " by (tenant) " if shape.streams[0].tenant else ""
    raw = f'sum{by}(increase({selector},code="500"}}[{window}])) / sum{by}(increase({selector}}}[{window}]))'
    others = {_RAW: raw}
    if shape.name in built.sloth:
        others[_SLOTH] = built.sloth[shape.name][window].expr
    for name, expr in others.items():
        _add(built, asked, (name, seen), _values(server.query(expr, seen)["result"], "value"), cells)


def _values(result: Iterable[Any], key: str) -> Values:
    found = {}
    for series in result:
        second, value = series["values"][-1] if key == "values" else series["value"]
        found[series["metric"].get("tenant", "")] = (float(second), float(value))
    return found


def _add(built: Past, asked: Instant, who: tuple[str, float], values: Values, cells: Cells) -> None:
    """Add every member with enough bad events in the window."""
    name, second = who
    off = asked.shape.off
    if off and off(*divmod(int(second - past.START) // SCRAPE * SCRAPE, DAY)):
        return
    for stream in asked.shape.streams:
        at, value = values.get(stream.tenant, (second, None))
        total, bad = built.logs[asked.shape.name, stream.tenant].counted(at, WINDOWS[asked.window])
        if bad >= _ENOUGH:
            cells[name, asked.shape.name, asked.window].add(value, bad / total)


def _broken(server: Server) -> tuple[int, int]:
    """Return the numbers of our records at the instants, and of those that are not finite."""
    found = [
        float(series["value"][1])
        for at in _instants()
        for series in server.query('{__name__=~"slo:(events|error_ratio|budget.*|window_covered):.+"}', at)["result"]
    ]
    return len(found), sum(value in {float("inf"), float("-inf")} or value != value for value in found)  # noqa: PLR0124 - NaN


def _best_cases(built: Past, shapes: Sequence[Shape]) -> list[str]:
    """Return the error of the best case, for shapes with gaps in evaluation."""
    said = []
    for shape in shapes:
        if shape.off:
            log = built.logs[shape.name, shape.streams[0].tenant]
            best, found, window = BestCase(log, shape.off, past.START, past.DAYS), Deviations(), WINDOWS["30d"]
            for at in _instants():
                if not shape.off(*divmod(int(at - past.START), DAY)):
                    total, bad = log.counted(at, window)
                    found.add(best.ratio(at, window), bad / total)
            said.append(
                f"{shape.title}: the minutes that an evaluation covered give the 30 days with an error of\n"
                f"{found.both} percent (median / worst); no sum of records can do better."
            )
    return said


def _tables(cells: Cells, shapes: Sequence[Shape]) -> list[str | Table]:
    names = [name for name in (*past.VARIANTS, _SLOTH, _RAW) if any(key[0] == name for key in cells)]
    head = ("30d", *(f"{name}: {what}" for name in names for what in ("median", "worst")))
    rows = []
    for shape in shapes:
        found = [cells.get((name, shape.name, "30d"), Deviations()) for name in names]
        rows.append((shape.title, *(text for one in found for text in (one.median, one.worst))))
    parts: list[str | Table] = ["The budget's window, 30 days:", Table(head, tuple(rows))]
    for name in names:
        parts += [f"All windows, {name}, median / worst:", _windows(cells, shapes, name)]
    return parts


def _windows(cells: Cells, shapes: Sequence[Shape], name: str) -> Table:
    rows = [
        (shape.title, *(cells.get((name, shape.name, window), Deviations()).both for window in WINDOWS))
        for shape in shapes
    ]
    return Table((name, *WINDOWS), tuple(rows))
