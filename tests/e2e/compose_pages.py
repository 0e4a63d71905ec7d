"""Commands of pages, as a person would type them beside a running project of the compose file."""

import os
import subprocess
from pathlib import Path

from tests.consistency.pages import read
from tests.e2e.compose_stack import ROOT, ComposeStack


def block_below(page: str, words: str) -> str:
    """The `sh` block of a page that holds these words."""
    (block,) = [block for block in read(ROOT / page).blocks if block.language == "sh" and words in block.text]
    return block.text


def commands(page: str) -> list[str]:
    """The commands of a page."""
    return [command for _, command in read(ROOT / page).commands]


def typed(stack: ComposeStack, command: str, home: Path) -> str:
    """The output of a shell that is given these lines; it stops at the first that fails.

    Raises:
        AssertionError: one failed; with what it said.
    """
    adapted = command.replace("slobox_", f"{stack.project}_").replace("127.0.0.1:9090", stack.url("prometheus")[7:])
    environment = {**os.environ, **stack.env, "HOME": str(home), "DOCKER_CONFIG": str(Path.home() / ".docker")}
    done = subprocess.run(
        ["sh", "-ec", adapted], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{adapted}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout
