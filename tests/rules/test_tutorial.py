"""The tutorial works: its commands, typed in order against a real Prometheus, end with a page that fires."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.consistency.pages import Page, read
from tests.rules.server import free_port, started
from tests.rules.test_two_sets import server_of

URL = "http://127.0.0.1:9090"
PATIENCE = 120
CONFIG = """\
global: {{scrape_interval: 5s}}
scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@pytest.fixture
def page(root: Path) -> Page:
    """The tutorial."""
    return read(root / "docs" / "tutorial.md")


class Reader:
    """Types what the page prints, in a folder of its own, at a Prometheus of its own."""

    def __init__(self, folder: Path, promtool: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self._path = os.pathsep.join([str(Path(sys.executable).parent), str(promtool.parent), os.environ["PATH"]])

    def type(self, command: str) -> str:
        """Run a command; fail when it does."""
        here = command.replace(URL, f"http://127.0.0.1:{self.port}")
        env = {**os.environ, "PATH": self._path}
        done = subprocess.run(["sh", "-c", here], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def ask(self, command: str) -> list[dict[str, object]]:
        """Type a query as often as it takes to get series, as a reader would."""
        end = time.monotonic() + PATIENCE
        while not (found := json.loads(self.type(command))["data"]["result"]) and time.monotonic() < end:
            time.sleep(1)
        return list(found)

    def reload(self, rules: str, command: str) -> None:
        """Add the rules to the configuration with the folder put in, and reload."""
        config = self.folder / "prometheus.yml"
        config.write_text(config.read_text() + rules.replace("/path/to/your/folder", str(self.folder)))
        self.type(command)


@pytest.mark.slow
def test_every_command_works(page: Page, promtools: dict[str, Path], tmp_path: Path) -> None:
    """From an empty folder to a firing page; `pip install` is tried by the tests of the wheel."""
    promtool = list(promtools.values())[-1]
    port = free_port()
    (tmp_path / "prometheus.yml").write_text(CONFIG.format(port=port))
    (specification,) = [block.text for block in page.blocks if block.language == "yaml"]
    (rules,) = [block.text for block in page.blocks if block.language == "yml"]
    reader = Reader(tmp_path, promtool, port)
    server: list[str | Path] = [
        server_of(promtool),
        f"--config.file={tmp_path / 'prometheus.yml'}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-lifecycle",
    ]
    answers = {}
    with started(server, tmp_path):
        wait_for(port)
        for _, command in page.commands:
            if command.startswith("pip install"):
                continue
            if "/api/v1/query --data" in command:
                answers[command] = reader.ask(command)
            elif "/-/reload" in command:
                reader.reload(rules, command)
            else:
                reader.type(command)
            if command == "slo init":
                (tmp_path / "slos.yaml").write_text(specification)

    assert [command for command, series in answers.items() if not series] == []
    assert len(answers) >= 4


def wait_for(port: int) -> None:
    """Return when the server is ready."""
    check = [
        "curl",
        "-sSf",
        "--retry",
        "60",
        "--retry-connrefused",
        "--retry-delay",
        "1",
        f"http://127.0.0.1:{port}/-/ready",
    ]
    subprocess.run(check, check=True, capture_output=True)
