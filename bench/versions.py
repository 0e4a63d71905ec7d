"""Which machine and which versions the figures belong to, without anything that names the machine."""

from __future__ import annotations

import os
import platform

_KINDS = {"linux": "Linux", "darwin": "macOS"}


def machine() -> str:
    """Python, operating system and number of processors."""
    system = _KINDS.get(platform.system().lower(), platform.system())
    return f"Python {platform.python_version()} on {system} ({platform.machine()}, {os.cpu_count()} processors)"
