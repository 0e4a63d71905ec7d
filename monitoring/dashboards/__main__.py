"""Writes the dashboards: `python -m monitoring.dashboards`, with `--check` compares them instead."""

import sys
from pathlib import Path

from monitoring.dashboards.all import BOARDS

FOLDER = Path(__file__).parents[1] / "grafana" / "dashboards"


def main(arguments: list[str]) -> int:
    """Return 0 when all is written, or is current."""
    stale = (
        [board for board in BOARDS if _path(board.uid).read_text() != board.json()] if "--check" in arguments else []
    )
    for board in stale:
        print(f"{_path(board.uid)} is not current; run .venv/bin/python -m monitoring.dashboards", file=sys.stderr)
    if "--check" not in arguments:
        for board in BOARDS:
            _path(board.uid).write_text(board.json(), encoding="utf-8")
    return int(bool(stale))


def _path(uid: str) -> Path:
    return FOLDER / f"{uid}.json"


raise SystemExit(main(sys.argv[1:]))
