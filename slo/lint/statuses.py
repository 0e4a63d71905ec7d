"""Lints about status codes: whose failures are taken for those of the service."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding, some
from slo.lint.matching import accepts, all_accept
from slo.lint.totals import parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic, Place
    from slo.lint.subject import Subject
    from slo.promql import Matcher, Selector

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
_HTTP = re.compile(r"[1-5](?:\d\d|\.\.|\.[*+]|\\d|\[0-9\]|xx)")

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
        for label in dict.fromkeys(m.label for m in part.matchers):
            own = [m for m in part.matchers if m.label == label]
            if label not in _STATUS | _GRPC or (name == "bad" and all(m.op == "=" for m in own)):
                continue
            bad = _bad_values(label, name, total, own)
            if bad:
                yield slo.place.at("sli", "events", name), name, label, bad


def _bad_values(label: str, name: str, total: Selector, own: list[Matcher]) -> list[str]:
    """Values that should not be bad, but are."""
    of_total = [m for m in total.matchers if m.label == label]
    if any(m.value in {"OK", "Ok"} for m in own) and label in _GRPC:
        classes: tuple[tuple[str, ...], ...] = (_GRPC_CLIENT,)
    elif label in _STATUS and any(_HTTP.search(m.value) for m in own):
        classes = (_SUCCESS, _REDIRECT, _CLIENT)
        if any("xx" in m.value for m in own):
            classes = tuple((f"{values[0][0]}xx",) for values in classes)
    else:
        return []
    return [values[-1] for values in classes if all(_is_bad(v, name, of_total, own) for v in values)]


def _is_bad(value: str, name: str, of_total: list[Matcher], own: list[Matcher]) -> bool:
    if not all_accept(of_total, value):
        return False
    return all_accept(own, value) if name == "bad" else any(accepts(m, value) is False for m in own)


def _repair(name: str, label: str, value: str) -> str:
    """The usual choice of what is bad."""
    errors = "Unknown|DeadlineExceeded|Internal|Unavailable|DataLoss" if value in _GRPC_CLIENT else "5.."
    errors = "5xx" if value.endswith("xx") else errors
    return f'write bad with {label}=~"{errors}"{"" if name == "bad" else " instead of good"}'
