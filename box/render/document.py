"""Reads and writes the YAML files that are edited by structure, never by text."""

from pathlib import Path
from typing import Any

import yaml

from box.errors import BoxError

# What `yaml.safe_load` returns is only known when it is read.
Document = dict[str, Any]


def read(path: Path) -> Document:
    """Return a YAML file whose top level is a mapping.

    Raises:
        BoxError: it cannot be read, is no YAML, or is something else than a mapping.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BoxError(f"cannot read {path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BoxError(f"{path} is not readable as YAML: {error}") from error
    if not isinstance(content, dict):
        raise BoxError(f"{path} must be a mapping")
    return content


def write(path: Path, content: Document, origin: str) -> None:
    """Write a mapping as YAML, with a first line that names the file it was made from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    path.write_text(f"# Made by `box` from {origin}; edit that file instead.\n{text}", encoding="utf-8")
