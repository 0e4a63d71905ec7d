"""What a person asks a server with: the commands of runbooks and the panels of dashboards get answers."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from slo.model import Scale, SloSet
from tests.rules.server import Server, running
from tests.rules.test_two_sets import server_of
from tests.specimens import emitted, objective, slo_set, texts

FAST = Scale(60, 1, 1)
COMMAND = re.compile(r"^```sh\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
CHOSEN = {"$service": ".*", "$slo": "one", "$group_code": ".*"}
LABELS = {"label_code": "500"}
"""What the person on call types first: the labels of an alert of the group."""
EMPTY = {"up == 0"}
"""What rightly finds nothing: the only target is up."""


@pytest.mark.slow
def test_commands_and_panels_are_answered(promtool: Path, tmp_path: Path) -> None:
    """Pasted into a shell, each command of each page gives series; so does each panel for a plain SLO and a group."""
    slos = slo_set(objective("one"), objective("two", group_by=("code",), no_data_members="ticket"))
    rules = tmp_path / "rules.yml"
    rules.write_text(emitted("prometheus", slos, FAST), encoding="utf-8")
    with running(server_of(promtool), tmp_path, rules) as server:
        server.await_samples('slo:budget_remaining:ratio{slo="one"}', 1)
        server.await_samples("slo:rollup_budget_remaining:ratio", 1)
        server.await_samples('ALERTS{alertstate="firing",slo="one"}', 1)
        silent = server.without_samples(panels(slos))
        # The days of these windows last 24 minutes, so a subquery over them meets its first step only by chance.
        unanswered = [one for one in commands(slos) if not answered(one, server) and "[12h:24m]" not in one]
    assert [one for one in unanswered if not any(f"query={query}" in one for query in EMPTY)] == []
    assert silent == []


def commands(slos: SloSet) -> list[str]:
    """Every command of every page."""
    return [command for page in texts("runbooks", slos, FAST).values() for command in COMMAND.findall(page)]


def answered(command: str, server: Server) -> bool:
    """Whether a shell gets series for a command as it is printed."""
    shell = shutil.which("sh")
    if shell is None or shutil.which("curl") is None:
        pytest.skip("no shell, or no curl")
    environment = {**os.environ, **LABELS, "PROMETHEUS": server.url}
    done = subprocess.run([shell, "-c", command], env=environment, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert answer["status"] == "success", command
    return bool(answer["data"]["result"])


def panels(slos: SloSet) -> list[str]:
    """The query of each target of each panel, for one SLO and then for the other."""
    made = json.loads(emitted("grafana", slos, FAST))
    found = [target["expr"] for panel in made["panels"] for target in panel["targets"]]
    plain = [query for query in found if "rollup" not in query]
    grouped = [query.replace("$slo", "two") for query in found]
    return [filled(query) for query in (*plain, *grouped)]


def filled(query: str) -> str:
    """With what a person would choose."""
    for name, value in CHOSEN.items():
        query = query.replace(name, value)
    return query
