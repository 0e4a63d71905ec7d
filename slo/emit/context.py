"""The input of emitters next to the plan: paths of outputs, and files of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath


class Context(msgspec.Struct, frozen=True):
    """The context of one build.

    Attributes:
        layout: target name -> path of its file, all relative to the same folder, whether or not the target is built.
        alerting_base: text of the base Alertmanager configuration, or None for a minimal one.
        alerting_base_file: its name as written in the specification, for messages.
        spec_file: name of the specification, for messages.
    """

    layout: Mapping[str, PurePosixPath]
    alerting_base: str | None = None
    alerting_base_file: str = ""
    spec_file: str = ""
