"""Runs in batches, each evaluated by one process of promtool: seed -> batch -> scrape interval, layout and version."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.documents import dump
from tests.rules.missing.runs import run_of
from tests.rules.missing.trying import findings, tried
from tests.rules.missing.verdicts import problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.rules.missing.runs import Run
    from tests.rules.missing.trying import Layout
    from tests.rules.missing.verdicts import Problem

SIZE = 25
STEPS = (60, 30, 15)
LAYOUTS: tuple[Layout, ...] = ("default", "shared")
SHOWN = 2
"""Problems of a kind that are shown of a run; most of them last for hours."""


@dataclass
class Outcome:
    """What became of a batch.

    Attributes:
        runs: all of them.
        step: seconds between two scrapes.
        layout: how the rules are laid out.
        answered: codes of the findings about a run, by its seed; such a run is not evaluated.
        wrong: problems of a run, by its seed.
    """

    runs: Sequence[Run]
    step: int
    layout: Layout
    answered: dict[int, set[str]] = field(default_factory=dict)
    wrong: dict[int, list[Problem]] = field(default_factory=dict)

    def described(self) -> Iterator[str]:
        """All that is needed to understand and to repeat every run that went wrong."""
        for run in self.runs:
            if found := self.wrong.get(run.seed):
                yield f"{run.form}: seed {run.seed}"
                yield f"  scraped every {self.step} s, layout {self.layout}"
                yield from (f"  {line}" for line in dump(run.slo(self.step), sort_keys=False).splitlines())
                yield from (f"  {line}" for line in run.described())
                yield from (f"  WRONG {one.kind} at {one.at} min: {one.text}" for one in first(found))


def first(found: Sequence[Problem]) -> Iterator[Problem]:
    """The first problems of every kind."""
    seen: Counter[str] = Counter()
    for one in found:
        seen[one.kind] += 1
        if seen[one.kind] <= SHOWN:
            yield one


def outcome(number: int, promtools: Mapping[str, Path], folder: Path, seeds: Sequence[int] = ()) -> Outcome:
    """Try all seeds of a batch, or some of them; the versions of promtool take turns."""
    runs = [run_of(seed) for seed in seeds or range(number * SIZE, (number + 1) * SIZE)]
    done = Outcome(runs, STEPS[number % len(STEPS)], LAYOUTS[number % len(LAYOUTS)])
    for run in runs:
        if found := findings(run, done.step):
            done.answered[run.seed] = {one.code for one in found}
    left = [run for run in runs if run.seed not in done.answered]
    promtool = list(promtools.values())[number % len(promtools)]
    seen = tried(promtool, folder / f"batch-{number}", left, done.step, done.layout) if left else {}
    for run in left:
        if wrong := list(problems(run, seen[run.name])):
            done.wrong[run.seed] = wrong
    return done
