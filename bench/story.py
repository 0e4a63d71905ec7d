"""Whether metrics, traces and logs lead to each other: the whole stack under mixed load, every link followed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bench.proof import shoplog, stores
from bench.proof.fullbox import full_box
from bench.proof.links import problems
from bench.proof.mixture import play
from bench.proof.witness import AGE_SECONDS
from bench.report import Report, Table
from bench.versions import machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bench.options import Options
    from bench.proof.fullbox import FullBox
    from bench.proof.mixture import Played
    from bench.proof.shoplog import Line
    from bench.proof.stores import StoredLine

Item = TypeVar("Item")

SAMPLE = 200
PER_SECOND = 30.0


@dataclass(frozen=True, slots=True)
class Count:
    """So many things out of `of` were followed, and this was wrong with some of them."""

    what: str
    looked: int
    of: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The result of one run."""

    counts: tuple[Count, ...]
    requests: int
    statuses: Mapping[int, int]
    seconds: float
    oldest: float


def run(options: Options) -> Report:
    """Five minutes of mixed load, or one."""
    with full_box() as box:
        told = follow(box, PER_SECOND, 60 if options.quick else 300)
    return Report("story", (_intro(told), _table(told), *_wrong(told), f"Versions: {machine()}."))


def follow(box: FullBox, per_second: float, seconds: float) -> Story:
    """Play the load, then follow every link."""
    played = play(box, per_second, seconds)
    lines = shoplog.by_trace(shoplog.lines(box))
    stored = stores.lines(box, played.start - 5, played.end + 30)
    counts = (
        _exemplars(played, lines),
        _lines_of_traces(box, played, lines, stored),
        _traces_of_lines(box, played, stored, lines),
        _kept(box, played, lines),
    )
    statuses = Counter(visit.status // 100 * 100 for visit in played.visits)
    return Story(counts, len(played.visits), statuses, seconds, played.witness.oldest)


def _exemplars(played: Played, lines: Mapping[str, Sequence[Line]]) -> Count:
    """Every exemplar leads to a trace that holds all of its request."""
    seen = played.witness.seen
    wrong = [
        f"exemplar of {each.service}, trace {each.trace}: {problem}"
        for each, trace in seen.items()
        for problem in problems(trace, lines.get(each.trace, ()), each.span)
    ]
    return Count(f"exemplars older than {AGE_SECONDS:.0f} s -> whole trace", len(seen), len(seen), tuple(wrong))


def _lines_of_traces(
    box: FullBox, played: Played, lines: Mapping[str, Sequence[Line]], stored: Iterable[StoredLine]
) -> Count:
    """Every line that a tier wrote about a stored trace is in the log store."""
    ids = stores.trace_ids(box, played.start, played.end)
    chosen = _sample([each for each in ids if each in lines])
    kept = Counter(line.key for line in stored)
    written = Counter(line.key for each in chosen for line in lines[each])
    missing = written - kept
    wrong = [f"line of {service}, trace {trace}: `{text}` is not stored" for service, trace, _, text in missing]
    return Count(f"stored traces -> all of their {written.total():,} log lines", len(chosen), len(ids), tuple(wrong))


def _traces_of_lines(
    box: FullBox, played: Played, stored: Iterable[StoredLine], lines: Mapping[str, Sequence[Line]]
) -> Count:
    """Every line of a failed, slow or marked request leads to its trace, and to its span in there."""
    marked = {each.trace for each in played.witness.seen}
    meant = marked | {trace for trace, those in lines.items() if any(line.kept for line in those)}
    of_those = sorted({line.key for line in stored if line.key[1] in meant})
    chosen = _sample(of_those)
    wrong = []
    for service, trace, span, text in chosen:
        if span not in {each.id for each in stores.trace(box, trace)}:
            wrong.append(f"line of {service}: `{text}` leads to no span {span} of trace {trace}")
    return Count("log lines of failed, slow or marked requests -> trace", len(chosen), len(of_those), tuple(wrong))


def _kept(box: FullBox, played: Played, lines: Mapping[str, Sequence[Line]]) -> Count:
    """More than was asked: every request that failed or was slow has a whole trace."""
    ours = {visit.trace for visit in played.visits}
    meant = sorted(trace for trace, those in lines.items() if trace in ours and any(line.kept for line in those))
    wrong = [
        f"trace {trace}: {problem}" for trace in meant for problem in problems(stores.trace(box, trace), lines[trace])
    ]
    return Count("failed and slow requests -> whole trace", len(meant), len(meant), tuple(wrong))


def _sample(items: list[Item]) -> list[Item]:
    return random.Random(1).sample(items, min(SAMPLE, len(items)))  # noqa: S311 - a sample, not a secret


def _intro(told: Story) -> str:
    statuses = ", ".join(f"{count:,} answered {status // 100}xx" for status, count in sorted(told.statuses.items()))
    return (
        f"{told.requests:,} requests within {told.seconds:.0f} seconds to a stack of `box up --full`, with errors,\n"
        f"slowness and a cache that is lost now and then injected ({statuses}).\n"
        "What is true is taken from the visitors, who chose the trace ids, and from what the tiers wrote to their\n"
        f"standard output. Each exemplar was looked up once, at an age of {AGE_SECONDS:.0f} to {told.oldest:.0f} s:\n"
        "its trace has to hold its span, every tier that the request reached, and a statement where the cache could\n"
        "not answer."
    )


def _table(told: Story) -> Table:
    rows = tuple(
        (each.what, f"{each.of:,}", f"{each.looked:,}", f"{each.looked - len(each.wrong):,}", _share(each))
        for each in told.counts
    )
    return Table(("link", "there are", "followed", "lead there", "share"), rows)


def _share(count: Count) -> str:
    return f"{1 - len(count.wrong) / count.looked:.2%}".replace("%", " %") if count.looked else "-"


def _wrong(told: Story) -> list[str]:
    found = [problem for count in told.counts for problem in count.wrong[:5]]
    return ["What was wrong, five of each kind:\n\n" + "\n".join(f"- {each}" for each in found)] if found else []
