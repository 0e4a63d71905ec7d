"""Runs promtool, several at a time, and reads from its answer which checks failed."""

from __future__ import annotations

import os
import re
import subprocess
from ast import literal_eval
from concurrent.futures import ThreadPoolExecutor, as_completed
from math import isfinite
from typing import TYPE_CHECKING

import msgspec

from slo.promql import parse_duration

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from decimal import Decimal

_FAILURE = re.compile(r'expr: ("(?:[^"\\]|\\.)*"), time: ([^,\s]+),\s*exp: ?(.*)\n\s*got: ?(.*)')
_SAMPLE = re.compile(r"(\{(?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*\}) (\S+?)(?:, |$)")


class Answer(msgspec.Struct, frozen=True):
    """How a run of promtool ended, and what it printed."""

    passed: bool
    text: str


class Failure(msgspec.Struct, frozen=True):
    """One check that failed: seconds, expression, and the samples that were wanted and found."""

    at: Decimal | int
    expr: str
    wanted: tuple[str, ...]
    got: tuple[str, ...]


def answers(commands: Mapping[int, Sequence[str]], workers: int | None = None) -> Generator[tuple[int, Answer]]:
    """Run commands, as many at a time as there are processors; each answer as soon as it is there, by its number.

    `workers`: another number of them.

    Whatever ends this early, Ctrl-C too, ends the programs that are still running.
    """
    running: set[subprocess.Popen[str]] = set()
    with ThreadPoolExecutor(workers or processors()) as pool:
        waiting = {pool.submit(_answer, command, running): number for number, command in commands.items()}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(running):
                process.terminate()


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _answer(command: Sequence[str], running: set[subprocess.Popen[str]]) -> Answer:
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    running.add(process)
    try:
        out, err = process.communicate()
    finally:
        running.discard(process)
    return Answer(process.returncode == 0, f"{out}\n{err}")


def failures(text: str) -> list[Failure]:
    """The failed checks that promtool tells about, in its order; none where it failed for another reason."""
    return [
        Failure(_seconds(at), literal_eval(expr), _samples(wanted), _samples(got))
        for expr, at, wanted, got in _FAILURE.findall(text)
    ]


def _seconds(text: str) -> Decimal | int:
    return 0 if text == "0s" else parse_duration(text)


def _samples(text: str) -> tuple[str, ...]:
    """`{} 1E+01, {tier="x"} 2E+00` one by one, numbers as people write them; `nil` is none."""
    if text.strip() in {"nil", ""}:
        return ()
    return tuple(f"{labels} {_number(value)}" if labels != "{}" else _number(value) for labels, value in _parts(text))


def _parts(text: str) -> list[tuple[str, str]]:
    return [(labels, value) for labels, value in _SAMPLE.findall(text)] or [("{}", text.strip())]


def _number(text: str) -> str:
    """Promtool writes 1E+01; what is no number, or not a finite one, stays as it is."""
    try:
        return f"{float(text):.10g}" if isfinite(float(text)) else text
    except ValueError:
        return text
