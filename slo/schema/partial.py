"""Removes the invalid parts of a document, so that the findings about the rest are not hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from slo.diagnostics.suggest import did_you_mean
from slo.errors import CompileError
from slo.load import Document
from slo.schema import ValidatedFile, validate
from slo.schema.spec import FileSpec

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from slo.diagnostics import Diagnostic

_KNOWN = FileSpec.__struct_encode_fields__
_STAND_INS: Mapping[str, object] = {"version": 1, "service": "service", "slos": []}
"""Values for required keys that are missing or invalid."""
_FOLLOW: Mapping[str, frozenset[str]] = {
    "alerting": frozenset(),
    "outputs": frozenset(),
    "shards": frozenset(),
    "labels": frozenset(),
    "owner": frozenset({"SLO081", "SLO090"}),
    "links": frozenset({"SLO092"}),
    "policies": frozenset({"SLO062", "SLO063"}),
}
"""Findings that may only follow from a missing key; without any other key, lint findings cannot be trusted."""
_UNTRUSTED = frozenset({"SLO014", "SLO022", "SLO023", "SLO030", "SLO062", "SLO063", "SLO066"})
"""Errors that may follow from any other missing key."""
_EMPTY = frozenset({"SLO030"})
"""What follows if all SLOs are removed."""


class Consequences(msgspec.Struct, frozen=True):
    """What follows from invalid keys of a file.

    Attributes:
        codes: findings that may only follow from them.
        sound: the meaning of its SLOs does not depend on them.
    """

    codes: frozenset[str] = frozenset()
    sound: bool = True


class PartialFile(msgspec.Struct, frozen=True):
    """The valid part of a file.

    Attributes:
        file: the file without its invalid keys and SLOs.
        follow: codes of findings that may only follow from the missing parts.
        sound: the meaning of its SLOs does not depend on the missing parts.
    """

    file: ValidatedFile
    follow: frozenset[str] = frozenset()
    sound: bool = True


def without_mistakes(document: Document) -> tuple[PartialFile | None, tuple[Diagnostic, ...]]:
    """Return the valid part of a document, or None without one, and the findings."""
    try:
        return PartialFile(validate(document)), ()
    except CompileError as error:
        found = error.diagnostics
    if not isinstance(document.data, dict) or any(d.code == "SLO017" for d in found):
        return None, found
    wrong = _wrong_keys(document.data, found)
    bad = {d.place.path[1] for d in found if _in_slo(d)}
    try:
        file = _left(document.file, document.data, wrong, bad)
    except CompileError:
        return None, found
    after = consequences(wrong)
    return PartialFile(file, after.codes | (_EMPTY if bad else frozenset()), after.sound), found


def _left(file: str, data: dict[Any, Any], wrong: Sequence[str], bad: Container[str | int]) -> ValidatedFile:
    """Return the file without these keys and SLOs.

    Raises:
        CompileError: it has another error.
    """
    kept = {key: value for key, value in data.items() if key not in wrong and isinstance(key, str)}
    kept |= {key: value for key, value in _STAND_INS.items() if key not in kept}
    numbers = tuple(n for n in range(len(kept["slos"])) if n not in bad)
    left = validate(Document(file, kept | {"slos": [kept["slos"][n] for n in numbers]}))
    return ValidatedFile(left.file, left.spec, numbers)


def _wrong_keys(data: dict[Any, Any], found: Sequence[Diagnostic]) -> list[str]:
    """Return the keys with a finding, and the missing required ones."""
    named = [str(d.place.path[0]) for d in found if d.place.path and not _in_slo(d)]
    return list(dict.fromkeys((*named, *(key for key in _STAND_INS if key not in data))))


def _in_slo(found: Diagnostic) -> bool:
    return found.place.path[:1] == ("slos",) and len(found.place.path) > 1


def consequences(keys: Iterable[str]) -> Consequences:
    """Return what follows from invalid, misspelled or unknown keys of a file."""
    meant = [_meant(key) for key in keys]
    codes: frozenset[str] = frozenset().union(*(_FOLLOW.get(key, _UNTRUSTED) for key in meant))
    return Consequences(codes, all(key in _FOLLOW for key in meant))


def _meant(key: str) -> str:
    """Return the key that a misspelled one most likely means, else the key itself."""
    hint = "" if key in _KNOWN else did_you_mean(key, _KNOWN)
    return next((known for known in _KNOWN if f'"{known}"' in hint), key)
