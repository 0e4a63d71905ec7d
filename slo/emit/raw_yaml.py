"""Read YAML and write it again with every number, date and boolean as it was.

PyYAML reads YAML 1.1: `17:00` is the number 1020 to it and `0123` is 83, which Alertmanager never meant.
"""

from __future__ import annotations

from typing import Any

import yaml

YamlError = yaml.YAMLError
_TAG = "tag:yaml.org,2002:"


class Spelled(str):
    """A plain scalar as in the file, with the type that PyYAML resolves."""

    __slots__ = ("tag",)
    tag: str


class _Loader(yaml.SafeLoader):
    """Keep scalars as text."""


class _Dumper(yaml.SafeDumper):
    """Write scalars as they were."""


def load(text: str) -> Any:  # noqa: ANN401 - any YAML
    """Return the document as mappings, lists, text, None and `Spelled`.

    Raises:
        YamlError: it is not one YAML document.
    """
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that interprets even less


def dump(data: object) -> str:
    """Return the document as YAML, keys in their order."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def _spelled(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Spelled:
    spelled = Spelled(node.value)
    spelled.tag = node.tag
    return spelled


for _kind in ("bool", "int", "float", "timestamp"):
    _Loader.add_constructor(_TAG + _kind, _spelled)
_Dumper.add_representer(Spelled, lambda dumper, value: dumper.represent_scalar(value.tag, str(value)))
