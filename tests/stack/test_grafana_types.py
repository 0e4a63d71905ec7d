"""Dashboards agree with what Grafana publishes: its types of three releases, and its grammars of LogQL and TraceQL."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "grafana_types"
ROOT = Path(__file__).parents[2]
DASHBOARDS = sorted((ROOT / "monitoring" / "grafana" / "dashboards").glob("*.json"))

Check = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.skipif(not shutil.which("npm"), reason="no npm on PATH")


@pytest.fixture(scope="module")
def check() -> Check:
    """Compare files with the types; the packages are installed once for each lock file."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "grafana-types" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder)
    if not (folder / "installed").exists():
        install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=folder, check=True)
        (folder / "installed").touch()

    def run(*files: Path) -> "subprocess.CompletedProcess[str]":
        command = ["node", *map(str, (HERE / "check.mjs", folder, *files))]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_shipped_dashboards_agree_with_grafana(check: Check) -> None:
    """Grafana 11, 12 and 13 know every key and value, and their grammars read every query."""
    found = check(*DASHBOARDS)
    assert found.returncode == 0, found.stdout + found.stderr


def test_compiled_dashboards_agree_with_grafana(check: Check, tmp_path: Path) -> None:
    """So do those that `slo build` writes."""
    slo = [sys.executable, "-m", "slo", "build", "slos.yaml", "--target", "grafana", "-o", str(tmp_path)]
    subprocess.run(slo, cwd=ROOT, check=True, capture_output=True)
    made = sorted(tmp_path.rglob("*.json"))
    assert made
    found = check(*made)
    assert found.returncode == 0, found.stdout + found.stderr


def test_what_grafana_does_not_know_is_found(check: Check, tmp_path: Path) -> None:
    """A misspelt value, a renamed key, and queries that are not in the grammars: the comparison is not empty."""
    board = json.loads(next(path for path in DASHBOARDS if path.stem == "logs").read_text(encoding="utf-8"))
    (records,) = (panel for panel in board["panels"] if panel["title"] == "All records")
    records["options"]["sortOrder"] = "Sideways"
    records["descripton"] = "misspelt"
    records["targets"][0]["expr"] = "{service_name=}"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(board), encoding="utf-8")
    found = check(changed)
    assert found.returncode == 1
    for trace in ("Sideways", "descripton", "not in the grammar", "schema11", "schema13"):
        assert trace in found.stdout
