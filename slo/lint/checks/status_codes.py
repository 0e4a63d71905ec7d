"""Checks of status codes that should not spend the error budget."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.lint.analysis.matching import accepts, all_accept
from slo.lint.checks.event_pairs import parts_of_total
from slo.lint.finding import finding, some
from slo.lint.registry import BUILD, check
from slo.promql import Matcher, naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding

_STATUS = frozenset(
    [
        *("status", "code", "status_code", "statuscode", "http_status", "http_status_code", "http_code"),
        *("response_code", "http_response_code", "http_response_status_code", "response_status"),
    ]
)
_GRPC = frozenset(["grpc_code", "grpc_status", "grpc_status_code", "rpc_grpc_status_code", "code"])
_LONGEST = 500
_KNOWN = _STATUS | _GRPC
_HTTP = r"(?:[1-5]|\[\^?[1-5][^\]]*\])(?:\d\d|\.\.|\.[*+]|\\d|\[0-9\]|xx)"

# Examples of each class: it counts as bad only if all of its examples do.
_CLIENT = ("400", "403", "404")
_REDIRECT = ("302", "304")
_SUCCESS = ("200", "204")
_GRPC_CLIENT = ("NotFound", "InvalidArgument")
_OF_CLIENTS = frozenset([_CLIENT[-1], "4xx", _GRPC_CLIENT[-1]])


@check("SLO125", BUILD)
def client_errors(context: LintContext) -> Iterator[Finding]:
    """Report client errors that spend the error budget."""
    for query, label, bad in _wrongly_bad(context):
        if bad[0] in _OF_CLIENTS:
            message = f"client errors, such as {bad[0]}, spend the error budget"
            yield finding(query.place, message, _fix(query.key, label, bad[0]))


@check("SLO126", BUILD)
def no_errors(context: LintContext) -> Iterator[Finding]:
    """Report successful responses that spend the error budget."""
    for query, label, bad in _wrongly_bad(context):
        if bad[0] not in _OF_CLIENTS:
            message = f"responses with {label} {some(bad)} count as bad and spend the error budget"
            yield finding(query.place, message, _fix(query.key, label, bad[0]))


def _wrongly_bad(context: LintContext) -> Iterator[tuple[SloQuery, str, list[str]]]:
    """Yield queries of good or bad events, the label of the status, and values that should not be bad."""
    for query, total, part in parts_of_total(context):
        for label in dict.fromkeys(m.label for m in part.matchers if naming.underscored(m.label) in _KNOWN):
            own = tuple((m.op, m.value) for m in part.matchers if m.label == label)
            if query.key == "bad" and all(op == "=" for op, _ in own):
                continue
            of_total = tuple((m.op, m.value) for m in total.matchers if m.label == label)
            bad = _bad_values(label, query.key, of_total, own)
            if bad:
                yield query, label, bad


_Tests = tuple[tuple[str, str], ...]
"""Operators and values of the matchers on one label."""


@lru_cache(maxsize=1024)
def _bad_values(label: str, name: str, of_total: _Tests, own: _Tests) -> list[str]:
    """Return values that should not be bad, but are."""
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


def _fix(name: str, label: str, value: str) -> str:
    """Return the hint with the usual matcher of bad events."""
    errors = "Unknown|DeadlineExceeded|Internal|Unavailable|DataLoss" if value in _GRPC_CLIENT else "5.."
    errors = "5xx" if value.endswith("xx") else errors
    return f'write bad with {naming.label(label)}=~"{errors}"{"" if name == "bad" else " instead of good"}'
