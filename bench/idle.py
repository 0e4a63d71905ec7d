"""Memory of the whole native stack at rest, as `box status` tells it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from bench.proof.fullbox import full_box
from bench.report import Report, Table
from bench.versions import machine

if TYPE_CHECKING:
    from bench.options import Options

_REST_SECONDS = 120.0
_QUICK_SECONDS = 30.0


def run(options: Options) -> Report:
    """Start the stack, leave it alone for two minutes, and look."""
    rest = _QUICK_SECONDS if options.quick else _REST_SECONDS
    with full_box() as box:
        time.sleep(rest)
        rows = [(each["name"], float(each["memory_mib"] or 0), each["limit_mib"]) for each in box.status()]
    total = sum(memory for _, memory, _ in rows)
    table = Table(
        ("service", "MiB", "may reach"),
        (
            *((name, f"{memory:,.0f}", f"{limit:,}") for name, memory, limit in rows),
            ("all together", f"{total:,.0f}", f"{sum(limit for *_, limit in rows):,}"),
        ),
    )
    intro = (
        f"Memory {rest:.0f} s after `box up --full`, without visitors. Pages of files, such as those of programs, are\n"
        "not counted: the kernel drops them when memory is needed."
    )
    return Report("idle", (intro, table, f"Versions: {machine()}."))
