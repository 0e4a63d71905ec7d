"""Samples that one evaluation of one SLO reads: every expression is asked of a real Prometheus with `stats=all`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.build import RefusedError, our_rules, sloth_rules
from bench.history import History, add_records, add_samples
from bench.peers import SLOTH, path_of, version_of
from bench.report import Report, Table
from bench.rulefile import Rule, read_rules
from bench.server import serving, version
from bench.specs import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bench.options import Options
    from bench.server import Server

_END = 1_767_225_600  # any fixed time will do
_DAY = 86_400
_SCRAPE = 30
_MANY_DAYS = 100
_PODS = {4: 2, 40: 20}  # series -> pods, each with a series per code
_WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
_BASE = ("slo:events:5m", "slo:sli_error:ratio_rate5m", "raw:5m")


@dataclass(frozen=True, slots=True)
class Row:
    """Rules that are measured, all those of one SLO."""

    name: str
    windows: str
    series: int
    rules: tuple[Rule, ...]


def run(options: Options) -> Report:
    """Evaluate every rule once, at the end of a long past."""
    with tempfile.TemporaryDirectory() as name:
        folder, sloth = Path(name), path_of(SLOTH)
        rows = _rows(folder, sloth, days=(30,) if options.quick else (30, 400))
        days = max(int(row.windows.rstrip("d")) for row in rows) + 2
        _write_samples(folder / "raw.om", days)
        add_samples(folder, folder / "raw.om")
        add_records(folder, [_past(n, row) for n, row in enumerate(rows)], (_END - 10_800, _END))
        with serving(folder) as server:
            lines = tuple(_line(server, row) for row in rows)
    versions = [version(), *([version_of(SLOTH, sloth)] if sloth else [])]
    head = ("rules of one SLO", "windows up to", "raw series", "samples of the base", "all other samples", "ms")
    return Report("samples", (_INTRO, Table(head, lines), f"Versions: {', '.join(versions)}."))


_INTRO = """\
`totalQueryableSamples` of every rule of one SLO, alerts included, at one instant, with a full past and a scrape every
30 seconds. Half of the raw series count bad events. The base is the shortest window; no other rule of ours reads raw
series. The rules for missed evaluations are counted in full, although only every fifth evaluation runs them. "ms" is
the time of all queries together, the median of three."""


def _rows(folder: Path, sloth: str | None, days: Sequence[int]) -> list[Row]:
    rows = []
    for series, pods in _PODS.items():
        for window in (f"{n}d" for n in days):
            slo = _slo(f"s{series}-{window}", pods, window)
            try:
                rules = tuple(read_rules(our_rules(folder, slo.name, [slo])))
                rows.append(Row("slo", window, series, rules))
            except RefusedError as refused:
                print(f"bench: no row for {slo.name}: {refused}")
        slo = _slo(f"s{series}", pods, "30d")
        any_interval = tuple(read_rules(our_rules(folder, f"{slo.name}-any", [slo], scrape_interval="")))
        rows.append(Row("slo, no `scrape_interval`", "30d", series, any_interval))
        if sloth:
            rows.append(Row("Sloth", "30d", series, tuple(read_rules(sloth_rules(folder, sloth, slo.name, [slo])))))
        rows.append(Row("raw `increase`", "30d", series, _raw(slo, _WINDOWS)))
    return rows


def _past(number: int, row: Row) -> History:
    """Two days more than the windows; a past of 400 days is evaluated every 5 minutes, and every minute at its end.

    That is no pause of the rules, so it is left without what would be recorded after one.
    """
    days = int(row.windows.rstrip("d")) + 2
    return History(
        f"{number}.yml",
        [rule for rule in row.rules if not rule.record.endswith("_ago")],
        (_END - days * _DAY, _END),
        "5m" if days > _MANY_DAYS else None,
    )


def _slo(name: str, pods: int, window: str) -> Wanted:
    wanted = "|".join(f"pod-{n}" for n in range(pods))
    selector = f'http_requests_total{{job="api",pod=~"{wanted}"'
    return Wanted(name, f"{selector}}}", f'{selector},code="500"}}', extra=(f"window: {window}",))


def _raw(slo: Wanted, windows: Iterable[str]) -> tuple[Rule, ...]:
    text = "sum(increase({}[{}])) / sum(increase({}[{}]))"
    return tuple(Rule("raw", "1m", f"raw:{w}", text.format(slo.bad, w, slo.total, w), {}) for w in windows)


def _write_samples(path: Path, days: int) -> None:
    """The few series for all days; the others, of pods that were added later, for 32 days."""
    with path.open("w") as out:
        out.write("# TYPE http_requests counter\n")
        for pod in range(max(_PODS.values())):
            span = (days if pod < min(_PODS.values()) else min(days, 32)) * _DAY
            for code, rate in (("200", 10), ("500", 1)):
                series = f'http_requests_total{{job="api",pod="pod-{pod}",code="{code}"}}'
                times = range(_END - span, _END + 1, _SCRAPE)
                out.write("".join(f"{series} {n * rate} {t}\n" for n, t in enumerate(times)))
        out.write("# EOF\n")


def _line(server: Server, row: Row) -> tuple[str, ...]:
    base, other, ms = 0, 0, 0.0
    for rule in row.rules:
        answers = [server.query(rule.expr, _END, stats=True)["stats"] for _ in range(3)]
        samples = int(answers[0]["samples"]["totalQueryableSamples"])
        base, other = (base + samples, other) if rule.record in _BASE else (base, other + samples)
        ms += median(answer["timings"]["evalTotalTime"] for answer in answers) * 1e3
    return row.name, row.windows, str(row.series), f"{base:,}", f"{other:,}", f"{ms:,.1f}"
