"""What promtool finds in unit tests of rules: those that the compiler emits, and situations counted by hand.

All of them are tried at once, in one process for each version of promtool, so that what breaks every rule fails one
test; it shows which rules of which set or situation are wrong, and how.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from slo.model import DEFAULTS, Options, Override, Scale, SloSet
from slo.promql import parse_selector
from slo.sli.up import Up
from tests.rules import situations
from tests.rules.judge import check, failures, linted
from tests.rules.kinds import EXPRESSIONS, KINDS, QUOTED, RENAMED, UNITS, UNTESTED, compiled, everything, specification
from tests.rules.test_families import family
from tests.rules.test_injection import in_one_set
from tests.rules.test_mutations import FAST
from tests.rules.test_mutations import members as mutated
from tests.specimens import DAY, LAYOUT, availability, emitted, latency, objective, slo_set, texts

SHARED = Options(layout="shared")
NATIVE = Options(prometheus="3")
SLOTH, BOTH = Options(compat="sloth"), Options(layout="shared", compat="sloth")
MOST = 8
"""Failures that are shown; what breaks all rules is seen in a few."""


@dataclass(frozen=True)
class Emitted:
    """A set whose rules have to pass the unit tests that are emitted for it.

    Attributes:
        members: its SLOs.
        scale: how fast its clock goes.
        options: how it is compiled.
        everywhere: whether every version of promtool has to agree, or the newest alone.
    """

    members: SloSet
    scale: Scale | None = None
    options: Options = DEFAULTS
    everywhere: bool = True


# window in days -> objective
MIXED = {1: "0.99999", 7: "0.999", 14: "0.99", 28: "0.5", 30: "0.9", 90: "0.9999"}


def members(*days: int, interval: int = 60) -> SloSet:
    """An SLO for each of these windows, of both kinds in turn, some of them in other shards."""
    slos = [
        objective(
            f"over-{day}d",
            window=day * DAY,
            objective=Decimal(MIXED[day]),
            sli=latency(f"seconds_{day}") if number % 2 else availability(f"requests_{day}_total"),
            target='up{job="shop"}' if number % 3 == 0 else None,
            min_bad_events=number + 1,
        )
        for number, day in enumerate(days)
    ]
    return slo_set(*slos, interval=interval, shards=2)


BRIDGED = (
    "data_loss: bridge, sli: {latency: {histogram: nb_seconds, under: 300ms, native: true, errors: nb_failures_total}}"
)
FEW = ("up", "sliced", "grouped-slices", "bridged")
"""Kinds that differ in what they do between two minutes."""


def some(interval: str, policy: str = "quick") -> SloSet:
    """Some kinds in a set that is evaluated so often."""
    return compiled(specification({name: KINDS[name] for name in FEW}, interval, policy))


def grouped(*days: int) -> SloSet:
    """Groups with one member that has an objective of its own, over windows whose slowest tier is raised or not."""
    gold = Override((("tenant", "gold"),), Decimal("0.999"))
    slos = [
        objective(
            f"over-{day}d", window=day * DAY, sli=availability(f"n{day}_total"), group_by=("tenant",), overrides=(gold,)
        )
        for day in days
    ]
    return slo_set(*slos, interval=300)


def without_pages() -> SloSet:
    """SLOs whose paging tiers are off or raise tickets: of events, of slices, and of a group."""
    gold = Override((("tenant", "gold"),), Decimal("0.999"))
    group = {"group_by": ("tenant",), "overrides": (gold,)}
    return slo_set(
        objective("off", page="off"),
        objective("tickets", page="ticket", target='up{job="shop"}'),
        objective("pages", sli=availability("pages_total")),
        objective("slices", page="ticket", sli=Up(parse_selector("probe_success")), window=7 * DAY),
        objective("group", page="ticket", **group),
        objective("none", page="off", disable=("ticket-fast", "ticket-slow")),
        interval=300,
    )


FOR_SLOTH = compiled(specification({name: KINDS[name] for name in ("events", "latency", "up", "grouped")}))
newest = partial(Emitted, everywhere=False)

SETS = {
    "every-kind": Emitted(everything()),
    "every-kind-in-five-minutes": Emitted(everything("5m", "workbook"), Scale(interval=300)),
    "expressions": Emitted(compiled(specification(EXPRESSIONS))),
    "expressions-shared": newest(compiled(specification(EXPRESSIONS)), options=SHARED),
    "expressions-every-quarter-of-a-minute": newest(
        compiled(specification(EXPRESSIONS, "15s", "brief")), Scale(interval=15)
    ),
    "expressions-sixty-times-faster": newest(compiled(specification(EXPRESSIONS)), Scale(60, 1, 1)),
    "every-kind-shared": newest(everything(), options=SHARED),
    "every-half-minute": newest(some("30s"), Scale(interval=30)),
    "every-quarter-of-a-minute": Emitted(some("15s", "brief"), Scale(interval=15)),
    "other-units": Emitted(compiled(specification(UNITS))),
    "windows-of-all-lengths": newest(members(*MIXED, interval=300), Scale(interval=300)),
    "members-with-objectives": Emitted(grouped(28, 29, 30), Scale(interval=300)),
    "without-pages": newest(without_pages(), Scale(interval=300), SHARED),
    "real-time": Emitted(members(1), Scale()),
    "sixty-times-faster": Emitted(members(1), Scale(60, 1, 1)),
    "twenty-times-faster": Emitted(members(1), Scale(20, 5, 5)),
    "before-mutations": newest(mutated(), FAST),
    "hard-texts": Emitted(in_one_set(), Scale(interval=300)),
    "family-of-events": Emitted(family("events", "family"), options=SHARED),
    "family-of-good-events": newest(family("good", "family"), options=SHARED),
    "family-of-latencies": newest(family("latency-errors", "family"), options=SHARED),
    "sloth": newest(FOR_SLOTH, options=SLOTH),
    "sloth-shared": newest(FOR_SLOTH, options=BOTH),
    "renamed-labels": Emitted(compiled(specification(RENAMED))),
    "quoted-names": newest(compiled(specification(QUOTED)), options=NATIVE),
    "quoted-names-shared": newest(compiled(specification(QUOTED)), options=Options(layout="shared", prometheus="3")),
    "native": newest(
        compiled(specification({name: UNTESTED[name] for name in ("native", "native-ms")} | {"bridged": BRIDGED})),
        options=NATIVE,
    ),
    "native-families": newest(
        compiled(
            specification(
                {
                    f"s{n}": f"sli: {{latency: {{histogram: 'it{{route=\"{n}\"}}', under: 300ms, native: true}}}}"
                    for n in range(4)
                }
            )
        ),
        options=Options(layout="shared", prometheus="3"),
    ),
}


def written(folder: Path, made: Emitted) -> Path:
    """Rules and their tests in a folder of their own; the path of the tests."""
    folder.mkdir()
    for target in ("prometheus", "tests"):
        for path, text in texts(target, made.members, made.scale, made.options).items():
            (folder / path).write_text(text, encoding="utf-8")
    return folder / LAYOUT["tests"]


@pytest.mark.slow
def test_rules_do_what_they_should(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """Emitted tests pass whatever the kind, window, objective, interval, scale and layout; so does every situation."""
    files = {name: written(tmp_path / name, made) for name, made in SETS.items()}
    by_hand = situations.written(tmp_path)
    latest = newest_of(promtools)
    tried = {
        version: [file for name, file in files.items() if version == latest or SETS[name].everywhere] + by_hand
        for version in promtools
        if version == latest or not version.startswith("3")
    }
    with ThreadPoolExecutor() as pool:
        found = [
            line for lines in pool.map(lambda one: list(wrong(promtools[one], tried[one])), tried) for line in lines
        ]
    if found:
        more = f"... and {len(found) - MOST} more" if len(found) > MOST else ""
        pytest.fail("\n".join([*found[:MOST], more]), pytrace=False)


def wrong(promtool: Path, files: Sequence[Path]) -> Iterator[str]:
    """What one promtool finds, by set or situation."""
    for file, text in failures(promtool, files).items():
        yield f"{file.parent.name}: {text}"
    yield from filter(None, [check(promtool, *(file.with_name("rules.yml") for file in files))])


def newest_of(versions: dict[str, Path]) -> str:
    """The newest of some versions."""
    return max(versions, key=lambda version: [int(part) for part in version.split(".")])


def test_the_sets_are_what_they_are_called() -> None:
    """Families form, and native histograms are in tests only where every promtool that has to read them knows them."""
    for name in (
        "family-of-events",
        "family-of-good-events",
        "family-of-latencies",
        "native-families",
        "quoted-names-shared",
    ):
        assert "__family_" in emitted("prometheus", SETS[name].members, options=SETS[name].options)
    assert emitted("tests", SETS["quoted-names"].members, options=NATIVE).count("# Not tested") == 0
    assert emitted("tests", SETS["renamed-labels"].members).count("# Not tested") == 0
    native = SETS["native"].members
    assert "schema:0" in emitted("tests", native, options=NATIVE)
    assert "# Not tested, promtool 2 has no native histograms" in emitted("tests", native)


def test_linters_find_nothing(tmp_path: Path, promtool: Path) -> None:
    """Every linter of every version accepts the rules of every set that it can read."""
    folders = {name: tmp_path / name for name in SETS if not name.startswith("quoted-names")}
    files = [written(folder, SETS[name]).with_name("rules.yml") for name, folder in folders.items()]
    assert not linted(promtool, *files)
