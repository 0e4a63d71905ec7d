"""SLOs that have little in common, as in the files of a company: names, metrics, labels, objectives and query forms."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from bench.specs import Wanted, slobox, sloth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OBJECTIVES = ("99.9", "99.5", "99", "99.95", "95", "99.99", "98.5")
_AREAS = ("checkout", "search", "billing", "catalog", "identity", "shipping", "media")
_PARTS = ("api", "worker", "gateway", "store", "sync")
_LABELS = (
    'job="{area}-{part}",handler="/v{n}/items"',
    'namespace="{area}",deployment="{part}",route="/r{n}"',
    'cluster=~"eu-.+",app="{area}",operation="op{n}"',
    'service="{area}",method!="OPTIONS",path="/{part}/{n}"',
)
_WARNED_EVERY = 20
_FILES = 200


def unlike(count: int, *, warned: bool = False) -> list[Wanted]:
    """Return `count` SLOs in seven query forms; if `warned`, every twentieth counts client errors as failures."""
    return list(islice(_endless(warned=warned), count))


def _endless(*, warned: bool) -> Iterator[Wanted]:
    for number, (area, part) in enumerate(_repeated(list(product(_AREAS, _PARTS)))):
        labels = _LABELS[number % len(_LABELS)].format(area=area, part=part, n=number)
        metric = f"{area}_{part}"
        name = f"{area}-{part}-{number}"
        objective = _OBJECTIVES[number % len(_OBJECTIVES)]
        if warned and number % _WARNED_EVERY == 0:
            total = f"{metric}_requests_total{{{labels}"
            yield Wanted(name, f"{total}}}", f'{total},code=~"4..|5.."}}', objective=objective)
        else:
            yield _FORMS[number % len(_FORMS)](name, metric, labels, objective)


def _repeated(items: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    while True:
        yield from items


def _requests(name: str, metric: str, labels: str, objective: str) -> Wanted:
    total = f"{metric}_requests_total{{{labels}"
    return Wanted(name, f"{total}}}", f'{total},code=~"5.."}}', objective=objective)


def _calls(name: str, metric: str, labels: str, objective: str) -> Wanted:
    total = f"{metric}_grpc_handled_total{{{labels}"
    bad = f'{total},grpc_code=~"Unavailable|Internal|DeadlineExceeded"}}'
    return Wanted(name, f"{total}}}", bad, objective=objective)


def _latency(name: str, metric: str, labels: str, objective: str) -> Wanted:
    base = f"{metric}_duration_seconds"
    good = f'{base}_bucket{{{labels},le="0.25"}}'
    return Wanted(name, f"{base}_count{{{labels}}}", good, objective=objective, second="good")


def _sum(name: str, metric: str, labels: str, objective: str) -> Wanted:
    seen = [f"sum(rate({metric}_{kind}_total{{{labels}}}[$window]))" for kind in ("accepted", "rejected")]
    return Wanted(name, " + ".join(seen), seen[1], objective=objective)


def _fallback(name: str, metric: str, labels: str, objective: str) -> Wanted:
    bad = f"sum(rate({metric}_failed_total{{{labels}}}[$window])) or vector(0)"
    return Wanted(name, f"sum(rate({metric}_done_total{{{labels}}}[$window]))", bad, objective=objective)


def _grouped(name: str, metric: str, labels: str, objective: str) -> Wanted:
    total, bad = (f"sum by (region) (rate({metric}_{kind}_total{{{labels}}}[$window]))" for kind in ("jobs", "errors"))
    return Wanted(name, total, bad, objective=objective)


def _two_reasons(name: str, metric: str, labels: str, objective: str) -> Wanted:
    total = f"{metric}_messages_total{{{labels}"
    bad = " + ".join(f'sum(rate({total},result="{reason}"}}[$window]))' for reason in ("lost", "late"))
    return Wanted(name, f"{total}}}", bad, objective=objective)


_FORMS = (_requests, _calls, _latency, _sum, _fallback, _grouped, _two_reasons)


def in_files(slos: list[Wanted], ours: Path, theirs: Path) -> None:
    """Write them as 200 files, each a service of its own, into a folder for each syntax."""
    size = len(slos) // _FILES
    for folder, syntax in ((ours, slobox), (theirs, sloth)):
        folder.mkdir()
        for number in range(_FILES):
            some = slos[number * size : (number + 1) * size]
            (folder / f"service-{number}.yaml").write_text(syntax(some, f"service-{number}"))
