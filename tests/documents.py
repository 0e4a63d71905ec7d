"""YAML as tests read and write it: by libyaml where PyYAML has it, which takes a tenth of the time."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load(text: str) -> Any:  # noqa: ANN401 - whatever YAML holds
    """The data of a document."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader


def load_all(text: str) -> list[Any]:
    """The data of all documents of a stream."""
    return list(yaml.load_all(text, Loader=_LOADER))


def dump(data: Any, **settings: Any) -> str:  # noqa: ANN401 - as above
    """The document of some data, each text on one line however long it is."""
    written: str = yaml.dump(data, Dumper=_DUMPER, width=1_000_000, **settings)
    return written
