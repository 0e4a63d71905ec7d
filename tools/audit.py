"""Asks whether anything locked has a known vulnerability: `python -m tools.audit` (part of `make check`).

pip-audit reads the locks as they are and asks OSV about every package. Where OSV cannot be reached, one line says so
and nothing fails; an advisory that is not accepted in `requirements/advisories.toml` fails.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.bootstrap import CACHE, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOCKS = tuple(sorted((ROOT / "requirements").glob("*.txt")))
ACCEPTED = ROOT / "requirements" / "advisories.toml"
STAMP = CACHE / "audited"
"""Says what was found to be well, and on which day: the same locks are asked about once a day."""

REQUEST_SECONDS = 5
ALL_SECONDS = 120
UNREACHABLE = re.compile(r"ConnectionError|ConnectTimeout|ReadTimeout|ServiceError|JSONDecodeError|Could not connect")


class AuditError(Exception):
    """The audit cannot be made for a local reason; the message is one line."""


class UnreachableError(Exception):
    """The service that knows the advisories does not answer; the message says how that was seen."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """A known vulnerability of a locked package."""

    package: str
    names: frozenset[str]
    fixed_in: str

    def __str__(self) -> str:
        """Return one line of text."""
        return f"{self.package}: {', '.join(sorted(self.names))}; fixed in {self.fixed_in or 'no version yet'}"


@dataclass(frozen=True, slots=True)
class Exemption:
    """An advisory that is accepted until the end of a day."""

    name: str
    until: dt.date


def exemptions(text: str) -> tuple[Exemption, ...]:
    """Return the accepted advisories.

    Raises:
        AuditError: one of them lacks id, reason or day.
    """
    found = []
    for entry in tomllib.loads(text).get("accepted", []):
        name, reason, until = (entry.get(key) for key in ("id", "reason", "until"))
        if not (name and reason and type(until) is dt.date):
            raise AuditError(f"{ACCEPTED.name}: {name or 'an entry'} needs `id`, `reason` and `until` (a day)")
        found.append(Exemption(name, until))
    return tuple(found)


def ask(locks: Iterable[Path], seconds: float = ALL_SECONDS) -> dict[str, Any]:
    """Return pip-audit's report.

    Raises:
        UnreachableError: the service of advisories did not answer.
        AuditError: pip-audit failed for another reason.
    """
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service=osv", "--disable-pip", "--require-hashes"]
    command += ["--format=json", "--progress-spinner=off", f"--timeout={REQUEST_SECONDS}"]
    command += [f"--cache-dir={CACHE / 'pip-audit'}"]
    command += [f"--requirement={lock}" for lock in locks]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"no whole answer within {seconds:g} s") from None
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        if UNREACHABLE.search(done.stderr):
            raise UnreachableError(last.partition(":")[0]) from None
        raise AuditError(f"pip-audit failed: {last}") from None
    if not report["dependencies"]:
        raise AuditError("pip-audit found no package in the locks")
    return report


def advisories(report: dict[str, Any]) -> list[Advisory]:
    """Return what a report of pip-audit knows."""
    return [
        Advisory(
            package=f"{each['name']} {each['version']}",
            names=frozenset({found["id"], *found["aliases"]}),
            fixed_in=", ".join(found["fix_versions"]),
        )
        for each in report["dependencies"]
        for found in each.get("vulns", [])
    ]


def unaccepted(found: Iterable[Advisory], accepted: Iterable[Exemption], today: dt.date) -> list[str]:
    """Return a line about each advisory that is not accepted, or no longer."""
    days = {each.name: each.until for each in accepted}
    lines = []
    for advisory in found:
        until = max((days[name] for name in advisory.names if name in days), default=None)
        if until is None:
            lines.append(str(advisory))
        elif until < today:
            lines.append(f"{advisory}; was accepted until {until}")
    return lines


def mark(locks: Iterable[Path], today: dt.date) -> str:
    """Return what a day's audit of these locks is known by."""
    digest = hashlib.sha256()
    for path in (*locks, ACCEPTED):
        digest.update(path.read_bytes())
    return f"{today} {digest.hexdigest()}\n"


def main(locks: Sequence[Path] = LOCKS, stamp: Path = STAMP, today: dt.date | None = None) -> int:
    """Print one line when all is well or nothing can be known, the advisories otherwise; return 1 then."""
    today = today or dt.datetime.now(dt.UTC).date()
    if stamp.is_file() and stamp.read_text() == mark(locks, today):
        print("audit: no known vulnerability in what is locked (asked today)")
        return 0
    try:
        accepted = exemptions(ACCEPTED.read_text(encoding="utf-8"))
        report = ask(locks)
    except UnreachableError as error:
        print(f"audit: skipped, the service of advisories cannot be reached ({error})")
        return 0
    except (AuditError, tomllib.TOMLDecodeError) as error:
        print(f"audit: {error}", file=sys.stderr)
        return 1
    return _judge(report, accepted, today, stamp, mark(locks, today))


def _judge(report: dict[str, Any], accepted: Iterable[Exemption], today: dt.date, stamp: Path, seal: str) -> int:
    lines = unaccepted(advisories(report), accepted, today)
    if lines:
        print("audit: known vulnerabilities in what is locked", *lines, sep="\n  ", file=sys.stderr)
        print("audit: `make lock UPGRADE=1` takes the newest versions", file=sys.stderr)
        return 1
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(seal)
    print(f"audit: no known vulnerability in {len(report['dependencies'])} locked packages")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
