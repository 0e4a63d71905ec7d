"""Free space for data: on a full disk servers refuse requests, crash, or lose data."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from box.doctor.values import Check
from box.errors import Broken
from box.layout import Layout
from box.state import State
from box.supervision.program import data_name

MIB = 1024 * 1024
FULL = 16 * MIB
"""VictoriaLogs is read-only at 10 MB; Prometheus and SQLite fail at the last block."""
SHOP = ("orders", "shop")
"""The tier that writes to the shop's database, and the folder of that."""


def folders(layout: Layout, known: State) -> dict[str, Path]:
    """Return the data folders of a run, by service; `box` is the run folder, where the logs are."""
    names = {service.name: data_name(service.name, known.time_scale) for service in known.settings.services}
    kept = {service: layout.data(known.profile, folder) for service, folder in {**names, SHOP[0]: SHOP[1]}.items()}
    return {"box": layout.run, **{service: folder for service, folder in kept.items() if folder.is_dir()}}


def full(places: Mapping[str, Path]) -> Iterator[Check]:
    """Yield each full file system once, with the first of its services."""
    seen: set[int] = set()
    for service, folder in places.items():
        device, free = folder.stat().st_dev, _free(folder)
        if device not in seen and free < FULL:
            problem = f"the disk of its data is full: {free / MIB:.0f} MiB free in {folder}"
            broken = Broken(service, problem, "free space on it")
            yield Check(f"{service}: disk", "broken", problem, broken)
        seen.add(device)


def _free(folder: Path) -> int:
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize
