"""Lints about status codes: whose failures are taken for those of the service."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.lint.finding import finding, some
from slo.lint.matching import accepts, all_accept
from slo.lint.totals import parts
from slo.promql import Matcher, naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.lint.subject import Subject

_STATUS = frozenset(
    [
        "status",
        "code",
        "status_code",
        "statuscode",
        "http_status",
        "http_status_code",
        "http_code",
        "response_code",
        "http_response_code",
        "http_response_status_code",
        "response_status",
    ]
)
_GRPC = frozenset(["grpc_code", "grpc_status", "grpc_status_code", "rpc_grpc_status_code", "code"])
_LONGEST = 500
_KNOWN = _STATUS | _GRPC
_HTTP = r"(?:[1-5]|\[\^?[1-5][^\]]*\])(?:\d\d|\.\.|\.[*+]|\\d|\[0-9\]|xx)"

# Values that stand for a whole class: only where all of them pass is the class counted.
_CLIENT = ("400", "403", "404")
_REDIRECT = ("302", "304")
_SUCCESS = ("200", "204")
_GRPC_CLIENT = ("NotFound", "InvalidArgument")


def client_errors(subject: Subject) -> Iterator[Diagnostic]:
    """Mistakes of clients spend the error budget."""
    for place, name, label, bad in _wrongly_bad(subject):
        if bad[0] in {_CLIENT[-1], "4xx", _GRPC_CLIENT[-1]}:
            message = f"errors of clients, such as {bad[0]}, spend the error budget of the service"
            yield finding("SLO125", place, message, _repair(name, label, bad[0]))


def no_errors(subject: Subject) -> Iterator[Diagnostic]:
    """Answers that are no errors spend the error budget."""
    for place, name, label, bad in _wrongly_bad(subject):
        if bad[0] not in {_CLIENT[-1], "4xx", _GRPC_CLIENT[-1]}:
            message = f"answers with {label} {some(bad)} are taken for bad and spend the error budget"
            yield finding("SLO126", place, message, _repair(name, label, bad[0]))


def _wrongly_bad(subject: Subject) -> Iterator[tuple[Place, str, str, list[str]]]:
    """Where a query of good or bad events stands, which it is, the label of the status, and wrongly bad values."""
    for slo, name, total, part in parts(subject):
        for label in dict.fromkeys(m.label for m in part.matchers if naming.underscored(m.label) in _KNOWN):
            own = tuple((m.op, m.value) for m in part.matchers if m.label == label)
            if name == "bad" and all(op == "=" for op, _ in own):
                continue
            of_total = tuple((m.op, m.value) for m in total.matchers if m.label == label)
            bad = _bad_values(label, name, of_total, own)
            if bad:
                yield slo.place.at("sli", "events", name), name, label, bad


_Tests = tuple[tuple[str, str], ...]
"""Operators and values of the matchers on one label."""


@lru_cache(maxsize=1024)
def _bad_values(label: str, name: str, of_total: _Tests, own: _Tests) -> list[str]:
    """Values that should not be bad, but are."""
    values = [value for _, value in own]
    known = naming.underscored(label)
    if known in _GRPC and not {"OK", "Ok"}.isdisjoint(values):
        classes: tuple[tuple[str, ...], ...] = (_GRPC_CLIENT,)
    elif known in _STATUS and any(re.search(_HTTP, value[:_LONGEST]) for value in values):
        classes = (_SUCCESS, _REDIRECT, _CLIENT)
        if any("xx" in value for value in values):
            classes = tuple((f"{codes[0][0]}xx",) for codes in classes)
    else:
        return []
    total, part = ([Matcher(label, op, value) for op, value in tests] for tests in (of_total, own))
    return [codes[-1] for codes in classes if all(_is_bad(code, name, total, part) for code in codes)]


def _is_bad(value: str, name: str, of_total: list[Matcher], own: list[Matcher]) -> bool:
    if not all_accept(of_total, value):
        return False
    return all_accept(own, value) if name == "bad" else any(accepts(m, value) is False for m in own)


def _repair(name: str, label: str, value: str) -> str:
    """The usual choice of what is bad."""
    errors = "Unknown|DeadlineExceeded|Internal|Unavailable|DataLoss" if value in _GRPC_CLIENT else "5.."
    errors = "5xx" if value.endswith("xx") else errors
    return f'write bad with {naming.label(label)}=~"{errors}"{"" if name == "bad" else " instead of good"}'
