"""What visitors lose while a tier of the shop hangs for a moment, with and without circuit breakers."""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.hiccup import PER_SECOND, Damage, Hiccup, suffer
from bench.report import Report, Table
from bench.tiers import serving
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from bench.options import Options
    from bench.tiers import Shop

HICCUPS = (
    Hiccup("catalog", 0.3),
    Hiccup("catalog", 1),
    Hiccup("catalog", 1.5),
    Hiccup("catalog", 3),
    Hiccup("catalog", 20),
    Hiccup("orders", 3),
)
_RUNS = 3
_TRIES = 3
_USUAL = {"SHOP_DEADLINE_SECONDS": "2", "SHOP_ATTEMPT_SECONDS": "1"}
_WITHOUT = {"SHOP_BREAKER_CALLS": "100000"}
"""More calls than a run makes: the breaker never opens."""

Results = dict[tuple[Hiccup, str], list[Damage]]


def run(options: Options) -> Report:
    """Stop tiers of each shop, in turns, so that all of them meet the same machine."""
    hiccups = HICCUPS[:2] if options.quick else HICCUPS
    runs = options.runs or (1 if options.quick else _RUNS)
    results: Results = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        shops = {name: stack.enter_context(shop) for name, shop in _shops(Path(folder), options.beside)}
        for number in range(runs):
            for hiccup in hiccups:
                for name, shop in shops.items():
                    file = Path(folder) / f"{name}-{hiccup.tier}-{hiccup.seconds}-{number}.jsonl"
                    results.setdefault((hiccup, name), []).append(_undisturbed(name, shop, hiccup, file))
    return Report("breakers", (_intro(runs), *_doubt(results), _table(results), f"Versions: {machine()}."))


def _shops(folder: Path, beside: Path | None) -> Iterator[tuple[str, AbstractContextManager[Shop]]]:
    if beside:
        yield "before", serving(folder / "before", _USUAL, checkout=beside.resolve())
    yield "without", serving(folder / "without", _USUAL | _WITHOUT)
    yield "now", serving(folder / "now", _USUAL)


def _undisturbed(name: str, shop: Shop, hiccup: Hiccup, file: Path) -> Damage:
    """What came of a hiccup, made again when the machine was too busy for the load even before it."""
    for _ in range(_TRIES - 1):
        damage = _told(name, hiccup, suffer(shop, hiccup, file))
        if not damage.before:
            return damage
    return _told(name, hiccup, suffer(shop, hiccup, file))


def _told(name: str, hiccup: Hiccup, damage: Damage) -> Damage:
    print(f"bench: {name}: {hiccup}: {damage}", file=sys.stderr, flush=True)
    return damage


def _intro(runs: int) -> str:
    return (
        f"{PER_SECOND:.0f} requests a second, each at its own time whatever the shop does, for three tiers on SQLite.\n"
        f"A tier is stopped with SIGSTOP, and goes on after a while; medians of {runs}, shops in turns.\n"
        "`without` never opens a circuit breaker. `late` are failures of requests that were due more than 0.5 s after\n"
        "the tier was back, `normal after` is when the last failed one was due. `calls` are those that `web` made to\n"
        "the stopped tier and that ended meanwhile, `fast` the share of failures within 0.1 s."
    )


def _doubt(results: Mapping[tuple[Hiccup, str], list[Damage]]) -> list[str]:
    """Say so when requests failed before anything was stopped."""
    before = sum(damage.before for damages in results.values() for damage in damages)
    return [f"{before:,} requests failed before a tier was stopped: the machine was too busy."] if before else []


def _table(results: Mapping[tuple[Hiccup, str], list[Damage]]) -> Table:
    head = ("stopped", "breaker", "failed", "504", "503", "502", "late", "normal after", "calls", "fast")
    return Table(head, tuple(_row(hiccup, name, damages) for (hiccup, name), damages in results.items()))


def _row(hiccup: Hiccup, name: str, damages: list[Damage]) -> tuple[str, ...]:
    def middle(part: Callable[[Damage], float]) -> float:
        return median(part(damage) for damage in damages)

    return (
        f"{hiccup.tier}, {hiccup.seconds:g} s",
        name,
        f"{middle(lambda each: each.failed):,.0f}",
        f"{middle(lambda each: each.timeouts):,.0f}",
        f"{middle(lambda each: each.refused):,.0f}",
        f"{middle(lambda each: each.bad):,.0f}",
        f"{middle(lambda each: each.late):,.0f}",
        f"{middle(lambda each: each.normal):.1f} s",
        f"{middle(lambda each: each.calls):,.0f}",
        f"{middle(lambda each: each.fast):.0%}".replace("%", " %").replace("nan %", "-"),
    )
