"""Thirty-four days of traffic in a Prometheus, with the rules of each contender recorded over them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.build import RefusedError, our_rules, sloth_rules
from bench.history import History, add_records, add_samples
from bench.rulefile import read_rules
from bench.specs import Wanted
from bench.traffic import DAY, SCRAPE, simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.rulefile import Rule
    from bench.shapes import Shape
    from bench.traffic import Log

DAYS = 34
SHOWN = 3 * DAY
START = 1_767_225_600 - DAYS * DAY  # ends with a midnight of UTC; any will do
END = START + DAYS * DAY
VARIANTS = {"slo": (), "slo, bridge": ("data_loss: bridge",)}
"""Our rows: name -> what is added to each SLO."""


@dataclass(slots=True)
class Past:
    """A Prometheus with a past.

    Attributes:
        logs: shape and tenant -> counted events.
        services: variant and shape -> the service its records carry; a variant that is refused is missing.
        sloth: shape -> Sloth's records, by window such as `30d`.
    """

    logs: dict[tuple[str, str], Log]
    services: dict[tuple[str, str], str]
    sloth: dict[str, dict[str, Rule]]


def build(folder: Path, shapes: Sequence[Shape], sloth: str | None) -> Past:
    """Simulate, load and record."""
    logs = _write(folder / "raw.om", shapes)
    _say("loading samples")
    add_samples(folder, folder / "raw.om")
    services: dict[tuple[str, str], str] = {}
    pasts = [past for variant in VARIANTS for past in _ours(folder, shapes, variant, services)]
    theirs = _sloth(folder, shapes, sloth) if sloth else {}
    if theirs:
        records = [rules["5m"] for rules in theirs.values()]
        pasts.append(History("sloth.yml", [*records, *(r["30d"] for r in theirs.values())], (START, END)))
    _say("recording rules")
    add_records(folder, pasts, (END - SHOWN - 3_600, END))
    return Past(logs, services, theirs)


def _write(path: Path, shapes: Sequence[Shape]) -> dict[tuple[str, str], Log]:
    logs = {}
    with path.open("w") as out:
        out.write("# TYPE http_requests counter\n")
        for shape in shapes:
            _say(f"traffic: {shape.title}")
            for stream in shape.streams:
                log, scrapes = simulate(stream, f"{shape.name} {stream.tenant}", START, DAYS)
                logs[shape.name, stream.tenant] = log
                tenant = f',tenant="{stream.tenant}"' if stream.tenant else ""
                out.writelines(scrapes.text(f'shape="{shape.name}"{tenant}'))
        out.write("# TYPE bench_rules_off gauge\n")
        for shape in shapes:
            out.writelines(_pauses(shape.name, shape.off) if shape.off else ())
        out.write("# EOF\n")
    return logs


def _pauses(shape: str, off: Callable[[int, int], bool]) -> list[str]:
    """When rules are not evaluated, as a series that the rules are wrapped into."""
    return [
        f'bench_rules_off{{shape="{shape}"}} {int(off(*divmod(second, DAY)))} {START + second}\n'
        for second in range(0, DAYS * DAY, SCRAPE)
    ]


def _ours(folder: Path, shapes: Sequence[Shape], variant: str, services: dict[tuple[str, str], str]) -> list[History]:
    """One set for all plain shapes, and one for each that pauses or has members."""
    plain = [s for s in shapes if not s.off and len(s.streams) == 1]
    sets = [plain, *([s] for s in shapes if s not in plain)]
    pasts = []
    for members in filter(None, sets):
        name = f"bench-{list(VARIANTS).index(variant)}-{members[0].name}"
        try:
            file = our_rules(folder, name, [_wanted(s, VARIANTS[variant]) for s in members])
        except RefusedError as refused:
            _say(f"no row {variant!r} for {', '.join(s.name for s in members)}: {refused}")
            continue
        rules = [_paused(rule, members[0]) for rule in read_rules(file)]
        pasts.append(History(f"{name}.yml", rules, (START, END)))
        services.update({(variant, shape.name): name for shape in members})
    return pasts


def _wanted(shape: Shape, extra: tuple[str, ...] = ()) -> Wanted:
    selector = f'http_requests_total{{job="api",shape="{shape.name}"'
    group = ("tenant",) if shape.streams[0].tenant else ()
    return Wanted(shape.name, f"{selector}}}", f'{selector},code="500"}}', group, extra)


def _paused(rule: Rule, shape: Shape) -> Rule:
    """The rule, without what would have been recorded while Prometheus was away."""
    pause = f'({rule.expr}) unless on () (bench_rules_off{{shape="{shape.name}"}} == 1)'
    return replace(rule, expr=pause) if shape.off else rule


def _sloth(folder: Path, shapes: Sequence[Shape], program: str) -> dict[str, dict[str, Rule]]:
    rules = read_rules(sloth_rules(folder, program, "bench", [_wanted(shape) for shape in shapes]))
    found: dict[str, dict[str, Rule]] = {}
    for shape in shapes:
        mine = [r for r in rules if r.labels.get("sloth_slo") == shape.name and "sloth_window" in r.labels]
        found[shape.name] = {rule.labels["sloth_window"]: _paused(rule, shape) for rule in mine}
    return found


def _say(text: str) -> None:
    print(f"bench: {text}", file=sys.stderr, flush=True)
