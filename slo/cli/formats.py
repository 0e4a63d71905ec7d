"""Findings for other programs: JSON, workflow commands of GitHub, and SARIF for code scanning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from slo.diagnostics.pages import page
from slo.diagnostics.render import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Diagnostic
    from slo.diagnostics.pages import Page
    from slo.lint.ignores import Ignored

_GITHUB = {"error": "error", "warning": "warning", "info": "notice"}
_SARIF = {"error": "error", "warning": "warning", "info": "note"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_json(findings: Sequence[Diagnostic]) -> str:
    """Return a JSON list with one object for each finding."""
    return json.dumps([_plain(found) for found in findings], indent=2)


def _plain(found: Diagnostic) -> dict[str, object]:
    return {
        "file": found.place.file,
        "line": found.span.line if found.span else None,
        "column": found.span.column if found.span else None,
        "severity": found.severity,
        "code": found.code,
        "message": found.message,
        "hint": found.hint,
    }


def as_github(findings: Sequence[Diagnostic]) -> str:
    """Return workflow commands, which GitHub shows beside the lines of a pull request."""
    return "\n".join(_command(found) for found in findings)


def _command(found: Diagnostic) -> str:
    """Return one command, with characters escaped that end it or one of its properties."""
    where = {"file": found.place.file}
    if found.span:
        where |= {"line": str(found.span.line), "col": str(found.span.column)}
        where |= {"endColumn": str(found.span.column + found.span.length)}
    where["title"] = f"{found.code}: {page(found.code).title}"
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in where.items())
    return f"::{_GITHUB[found.severity]} {properties}::{_escaped(_text(found))}"


def _escaped(text: str, more: str = "") -> str:
    """Return the text with escapes such as `%0A` for a line break."""
    return "".join(f"%{ord(c):02X}" if c in "%\r\n" + more else c for c in text)


def as_sarif(findings: Sequence[Diagnostic], ignored: Sequence[Ignored] = ()) -> str:
    """Return SARIF 2.1.0: one run, its rules with their pages, and ignored findings marked as suppressed."""
    from slo import __version__  # noqa: PLC0415 - reads the metadata of the installed package

    codes = sorted({found.code for found in (*findings, *(one.finding for one in ignored))})
    results = [_result(found, codes) for found in findings]
    for one in ignored:
        suppression = {"kind": "inSource", "justification": one.reason}
        results.append({**_result(one.finding, codes), "suppressions": [suppression]})
    driver = {
        "name": "slo",
        "semanticVersion": __version__,
        "rules": [_rule(code, page(code)) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str, page: Page) -> dict[str, Any]:
    text = f"{page.reason}\n\nFix: {page.fix}"
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.reason},
        "help": {"text": text, "markdown": f"{page.reason}\n\n**Fix:** {page.fix}"},
        "defaultConfiguration": {"level": _SARIF[page.severity]},
    }


def _result(found: Diagnostic, codes: list[str]) -> dict[str, Any]:
    result = {
        "ruleId": found.code,
        "ruleIndex": codes.index(found.code),
        "level": _SARIF[found.severity],
        "message": {"text": _text(found)},
    }
    if "://" in found.place.file or found.place.file.startswith("<"):  # a server, or standard input: no file
        return result
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(found.place.file)}}
    if found.span:
        start = found.span.column
        physical["region"] = {
            "startLine": found.span.line,
            "startColumn": start,
            "endColumn": start + found.span.length,
        }
    return {**result, "locations": [{"physicalLocation": physical}]}


def _uri(file: str) -> str:
    """Return the path as a URI reference; paths of Windows begin with their drive."""
    path = file.replace("\\", "/")
    if path[1:3] == ":/":
        return f"file:///{quote(path, safe='/:')}"
    return f"file://{quote(path)}" if path.startswith("/") else quote(path)


def _text(found: Diagnostic) -> str:
    return visible("; ".join(part for part in (found.message, found.hint) if part))
