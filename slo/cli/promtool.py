"""Run promtool, several at a time, and read from its output which checks failed."""

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


class Result(msgspec.Struct, frozen=True):
    """Status and output of one run of promtool."""

    passed: bool
    text: str


class Failure(msgspec.Struct, frozen=True):
    """One failed check: its time in seconds, expression, samples wanted and got."""

    at: Decimal | int
    expr: str
    wanted: tuple[str, ...]
    got: tuple[str, ...]


def results(commands: Mapping[int, Sequence[str]], workers: int | None = None) -> Generator[tuple[int, Result]]:
    """Run commands, as many at a time as there are processors; yield number and result of each when it ends.

    Ending this early, by Ctrl-C too, ends the programs that are still running.

    Args:
        commands: the commands by their numbers.
        workers: commands at a time, instead of the number of processors.
    """
    running: set[subprocess.Popen[str]] = set()
    with ThreadPoolExecutor(workers or processors()) as pool:
        waiting = {pool.submit(_result, command, running): number for number, command in commands.items()}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(running):
                process.terminate()


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _result(command: Sequence[str], running: set[subprocess.Popen[str]]) -> Result:
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
    return Result(process.returncode == 0, f"{out}\n{err}")


def failures(text: str) -> list[Failure]:
    """Return the failed checks in the output of promtool; none where it failed for another reason."""
    return [
        Failure(_seconds(at), literal_eval(expr), _samples(wanted), _samples(got))
        for expr, at, wanted, got in _FAILURE.findall(text)
    ]


def _seconds(text: str) -> Decimal | int:
    return 0 if text == "0s" else parse_duration(text)


def _samples(text: str) -> tuple[str, ...]:
    """Return each sample of `{} 1E+01, {tier="x"} 2E+00` with plain numbers; `nil` is none."""
    if text.strip() in {"nil", ""}:
        return ()
    return tuple(f"{labels} {_number(value)}" if labels != "{}" else _number(value) for labels, value in _parts(text))


def _parts(text: str) -> list[tuple[str, str]]:
    return [(labels, value) for labels, value in _SAMPLE.findall(text)] or [("{}", text.strip())]


def _number(text: str) -> str:
    """Return 1E+01 as 10; other texts, and numbers that are not finite, unchanged."""
    try:
        return f"{float(text):.10g}" if isfinite(float(text)) else text
    except ValueError:
        return text
