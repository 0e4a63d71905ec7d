"""Sets that know nothing of each other, in one Prometheus."""

import re
from pathlib import Path

import pytest

from slo.model import Scale
from tests.rules.server import running
from tests.specimens import DAY, emitted, objective, slo_set

FAST = Scale(60, 1, 1)
BAD_LEVEL = re.compile(r"level=(warn|error)", re.IGNORECASE)


@pytest.fixture
def prometheus(promtool: Path) -> Path:
    """The server of each version that is here."""
    return server_of(promtool)


def server_of(promtool: Path) -> Path:
    """The server that came with a promtool."""
    program = promtool.with_name("prometheus")
    if not program.exists():
        pytest.skip(f"no server beside {promtool}")
    return program


def rule_file(folder: Path, slo: str, name: str) -> Path:
    """The rules of a set with one SLO."""
    path = folder / f"{slo}.rules.yml"
    path.write_text(emitted("prometheus", slo_set(objective(slo, window=DAY), name=name), FAST), encoding="utf-8")
    return path


# Rules run once a second: in 9.5 seconds a series gets 10 samples at most, unless two groups write it.
BUSIEST = "max(count_over_time(slo:events:1h[9500ms]))"
SETTLED = 'slo:events:1d{kind="bad"} > 10'


def test_two_sets_do_not_write_the_same_series(prometheus: Path, tmp_path: Path) -> None:
    """Both sets have all their windows, each written by one group, and the server has nothing to complain about."""
    files = [rule_file(tmp_path, slo, name=f"set-{slo}") for slo in ("one", "two")]
    with running(prometheus, tmp_path, *files) as server:
        server.await_samples(SETTLED, 2)
        ratios = {s["metric"]["shard"]: float(s["value"][1]) for s in server.query("slo:error_ratio:1h")}
        (busiest,) = server.query(BUSIEST)
        log = server.log.read_text()
    assert ratios == {"set-one-0": pytest.approx(1 / 11), "set-two-0": pytest.approx(1 / 11)}
    assert float(busiest["value"][1]) <= 10
    assert not complaints(log)


def test_one_set_in_two_files_writes_twice(promtools: dict[str, Path], tmp_path: Path) -> None:
    """The same set built from two files, each without the other: what the test above looks for does happen."""
    prometheus = server_of(list(promtools.values())[-1])
    files = [rule_file(tmp_path, slo, name="same") for slo in ("one", "two")]
    with running(prometheus, tmp_path, *files) as server:
        server.await_samples(SETTLED, 2)
        server.await_samples(f"{BUSIEST} > 10", 1)


def complaints(log: str) -> list[str]:
    """Lines about samples that the server refused, and every warning and error of the rule manager."""
    return [line for line in log.splitlines() if "duplicate" in line or ("rule" in line and BAD_LEVEL.search(line))]
