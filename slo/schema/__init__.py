"""Validate plain data against the file format: structure and types, not yet meaning."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.errors import CompileError
from slo.schema.spec import FileSpec

if TYPE_CHECKING:
    from slo.load import Document

MOST_FINDINGS = 1_000


class ValidatedFile(msgspec.Struct, frozen=True):
    """A valid file and its name; `numbers`: the places of its SLOs where invalid ones were left out."""

    file: str
    spec: FileSpec
    numbers: tuple[int, ...] | None = None


def validate(document: Document) -> ValidatedFile:
    """Decode a document strictly.

    Raises:
        CompileError: with the unknown keys, wrong types and missing keys of the file, at most 1,000.
    """
    try:
        return ValidatedFile(document.file, msgspec.convert(document.data, FileSpec, strict=True))
    except (msgspec.ValidationError, RecursionError) as error:
        from slo.schema.mismatch import mismatches  # noqa: PLC0415 - only a wrong file needs the slow walk

        found = tuple(islice(mismatches(document.data, FileSpec, Place(document.file)), MOST_FINDINGS))
        versions = tuple(d for d in found if d.code == "SLO017")  # of another version, nothing else can be checked
        raise CompileError(versions or found or (_unexplained(document.file, error),)) from None


def _unexplained(file: str, error: Exception) -> Diagnostic:
    """Return what only the decoder found, in its own words."""
    return Diagnostic("SLO013", Place(file), str(error))
