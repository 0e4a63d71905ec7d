"""Takes the wrong parts out of a document, so that findings about the others are not hidden by theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from slo.errors import CompileError
from slo.load import Document
from slo.schema import ValidatedFile, validate
from slo.schema.spec import FileSpec
from slo.schema.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from slo.diagnostics import Diagnostic

_KNOWN = FileSpec.__struct_encode_fields__
_STAND_INS: Mapping[str, object] = {"version": 1, "service": "service", "slos": []}
"""Values in the place of needed keys that are missing or wrong."""
_FOLLOW: Mapping[str, frozenset[str]] = {
    "alerting": frozenset(),
    "outputs": frozenset(),
    "shards": frozenset(),
    "labels": frozenset(),
    "owner": frozenset({"SLO081", "SLO090"}),
    "links": frozenset({"SLO092"}),
    "policies": frozenset({"SLO062", "SLO063"}),
}
"""What may be found only because a key of the file is left out; without any other key lints cannot be trusted."""
_UNTRUSTED = frozenset({"SLO014", "SLO022", "SLO023", "SLO030", "SLO062", "SLO063", "SLO066"})
"""Errors that may follow from a key that is left out and not named above."""
_EMPTY = frozenset({"SLO030"})
"""What follows where all SLOs are left out."""


class Consequences(msgspec.Struct, frozen=True):
    """What follows from keys of a file that are wrong.

    Attributes:
        codes: what may be found only because of them.
        sound: what the SLOs of the file mean does not depend on them.
    """

    codes: frozenset[str] = frozenset()
    sound: bool = True


class PartialFile(msgspec.Struct, frozen=True):
    """What is left of a file.

    Attributes:
        file: without its wrong keys and SLOs.
        follow: codes that may be found only because of what is left out.
        sound: what its SLOs mean does not depend on what is left out.
    """

    file: ValidatedFile
    follow: frozenset[str] = frozenset()
    sound: bool = True


def without_mistakes(document: Document) -> tuple[PartialFile | None, tuple[Diagnostic, ...]]:
    """What is left of a document, or None where nothing can be made of it, and what was found."""
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
    """The file without these keys and SLOs.

    Raises:
        CompileError: something else is wrong with it.
    """
    kept = {key: value for key, value in data.items() if key not in wrong and isinstance(key, str)}
    kept |= {key: value for key, value in _STAND_INS.items() if key not in kept}
    numbers = tuple(n for n in range(len(kept["slos"])) if n not in bad)
    left = validate(Document(file, kept | {"slos": [kept["slos"][n] for n in numbers]}))
    return ValidatedFile(left.file, left.spec, numbers)


def _wrong_keys(data: dict[Any, Any], found: Sequence[Diagnostic]) -> list[str]:
    """Keys of the document in which something was found, and needed ones that are missing."""
    named = [str(d.place.path[0]) for d in found if d.place.path and not _in_slo(d)]
    return list(dict.fromkeys((*named, *(key for key in _STAND_INS if key not in data))))


def _in_slo(found: Diagnostic) -> bool:
    return found.place.path[:1] == ("slos",) and len(found.place.path) > 1


def consequences(keys: Iterable[str]) -> Consequences:
    """What follows from keys of a file that are wrong, misspelled or unknown."""
    meant = [_meant(key) for key in keys]
    codes: frozenset[str] = frozenset().union(*(_FOLLOW.get(key, _UNTRUSTED) for key in meant))
    return Consequences(codes, all(key in _FOLLOW for key in meant))


def _meant(key: str) -> str:
    """A key as the file format knows it, as far as that can be guessed."""
    hint = "" if key in _KNOWN else did_you_mean(key, _KNOWN)
    return next((known for known in _KNOWN if f'"{known}"' in hint), key)
