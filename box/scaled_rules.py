"""Compiles the rules of a time scale for the containers; in real time it only looks whether they can read theirs.

TIME_SCALE=60 python -m box.scaled_rules /scaled
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from box.errors import BoxError
from box.layout import Layout
from box.render import alertmanager, document
from box.render.document import Document
from box.render.tree import compile_rules, write_hand_written_rules
from box.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SPEC = Path("slos.yaml")
PROMETHEUS = Path("monitoring/prometheus/prometheus.yml")
ALERTMANAGER = Path("monitoring/alertmanager/base.yml")
INTERVAL = "1s"
READABLE = "The umask of the checkout was strict; run: chmod -R go+rX slos.yaml monitoring runbooks"
RULES = Path("monitoring/prometheus/rules/slo.yml")
RULE_FILES = ["slo/prometheus/*.rules.yml", "rules/*.yml"]


def write(root: Path, folder: Path, time_scale: int) -> None:
    """Writes prometheus.yml and the compiled rules and routes below `folder`, in place of what was there.

    Raises:
        BoxError: a source is missing or broken, or `slo` refuses the specification.
    """
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    prometheus = _faster(document.read(root / PROMETHEUS))
    document.write(folder / "prometheus.yml", prometheus, PROMETHEUS.as_posix())
    base = alertmanager.render(document.read(root / ALERTMANAGER), Settings({}), time_scale)
    document.write(folder / ALERTMANAGER, base, ALERTMANAGER.as_posix())
    shutil.copyfile(root / SPEC, folder / SPEC)
    layout = Layout(root, folder)
    write_hand_written_rules(layout, Settings({}), root / RULES)
    compile_rules(layout, time_scale)


def mounted(root: Path) -> Iterator[Path]:
    """Yields what Prometheus and Alertmanager read from the checkout itself, as this container does."""
    yield from (root / SPEC, root / "monitoring")
    for folder, folders, files in os.walk(root / "monitoring"):
        yield from (Path(folder, name) for name in (*sorted(folders), *sorted(files)))


def _faster(config: Document) -> Document:
    """The config with a scrape and an evaluation every second, the compiled rules and those written by hand."""
    intervals = dict.fromkeys(("scrape_interval", "scrape_timeout", "evaluation_interval"), INTERVAL)
    return {**config, "global": {**config["global"], **intervals}, "rule_files": RULE_FILES}


def readable(path: Path) -> bool:
    """Whether this process may read a file or a folder."""
    return os.access(path, os.R_OK)


def main(folder: Path, text: str, can_read: Callable[[Path], bool] = readable) -> int:
    """Runs the command line with the value of TIME_SCALE; returns the exit status."""
    if not text.isdecimal() or not int(text):
        print(f"rules: TIME_SCALE must be a whole number from 1, it is {text!r}", file=sys.stderr)
        return 1
    hidden = next((path for path in mounted(ROOT) if not can_read(path)), None)
    if hidden:
        print(f"rules: a container cannot read {hidden.relative_to(ROOT)}. {READABLE}", file=sys.stderr)
        return 1
    if text == "1":
        print("rules: real time, the rules of the checkout are used")
        return 0
    try:
        write(ROOT, folder, int(text))
    except BoxError as error:
        print(f"rules: {error}", file=sys.stderr)
        return 1
    print(f"rules: compiled for a time scale of {text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), os.environ.get("TIME_SCALE", "1")))
