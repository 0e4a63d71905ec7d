"""The hooks of pre-commit: those for repositories that use `slo`, and those for contributors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
PRE_COMMIT = str(PROGRAMS / "pre-commit")
MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
OWN = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]


class Repository:
    """A repository of a user who has the hooks of `.pre-commit-hooks.yaml`, with `slo` from this environment."""

    def __init__(self, folder: Path, home: Path) -> None:
        own = {"PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self.folder = folder
        self._env = {**kept, **own, "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
        folder.mkdir()
        self.run("git", "init", "--quiet")
        # What is tried is everything but the installation of `slo`, which needs a network.
        hooks = [{**hook, "language": "system"} for hook in MANIFEST]
        config = {"repos": [{"repo": "local", "hooks": hooks}]}
        (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command at the top of the repository."""
        return subprocess.run(command, cwd=self.folder, env=self._env, capture_output=True, text=True, check=False)

    def commit(self) -> None:
        """Commit all files, without hooks."""
        self.run("git", "add", "--all", "--force")
        author = ("-c", "user.name=Tester", "-c", "user.email=tester@example.org")
        assert self.run("git", *author, "commit", "--quiet", "--no-verify", "--message", "begin").returncode == 0

    def hooks(self) -> dict[str, str]:
        """Add all files, run the hooks on what is staged, and return how each ended."""
        self.run("git", "add", "--all", "--force")
        answer = self.run(PRE_COMMIT, "run", "--color=never")
        lines = [line for line in answer.stdout.splitlines() if "..." in line]
        assert lines, answer.stdout + answer.stderr
        return {line.partition("..")[0]: line.rpartition(".")[2] for line in lines}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with a specification whose outputs are current."""
    made = Repository(tmp_path / "repository", tmp_path / "home")
    assert made.run("slo", "init").returncode == 0
    assert made.run("slo", "build").returncode == 0
    return made


@pytest.mark.parametrize(
    ("kind", "name"), [("validate-manifest", ".pre-commit-hooks.yaml"), ("validate-config", ".pre-commit-config.yaml")]
)
def test_pre_commit_can_read_them(kind: str, name: str) -> None:
    """Both files have the form that pre-commit asks for."""
    answer = subprocess.run([PRE_COMMIT, kind, str(ROOT / name)], capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_the_documentation_names_the_hooks(tmp_path: Path) -> None:
    """The configuration in docs/cli.md can be read by pre-commit, and asks for each hook that there is."""
    found = re.search(r"^```yaml\n(repos:.*?)^```", (ROOT / "docs" / "cli.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found
    config = tmp_path / "config.yaml"
    config.write_text(found[1])

    assert subprocess.run([PRE_COMMIT, "validate-config", str(config)], check=False).returncode == 0
    (repository,) = yaml.safe_load(found[1])["repos"]
    assert [hook["id"] for hook in repository["hooks"]] == [hook["id"] for hook in MANIFEST]


def test_a_good_specification_passes(repository: Repository) -> None:
    """What `slo init` and `slo build` write can be committed."""
    assert repository.hooks() == {"slo lint": "Passed", "slo build --check": "Passed"}


def test_a_wrong_specification_cannot_be_committed(repository: Repository) -> None:
    """`slo lint` sees the files by their names, at any depth."""
    (repository.folder / "team").mkdir()
    (repository.folder / "team" / "slo.yml").write_text("version: 1\nslos: wrong\n")

    assert repository.hooks()["slo lint"] == "Failed"


def test_an_output_that_was_edited_cannot_be_committed(repository: Repository) -> None:
    """`slo build --check` looks when a rule file changed, although no specification did."""
    repository.commit()
    rules = next(repository.folder.glob("build/slo/prometheus/*"))
    rules.write_text(rules.read_text() + "# edited\n")

    assert repository.hooks() == {"slo lint": "(no files to check)Skipped", "slo build --check": "Failed"}


def test_an_output_that_was_removed_cannot_be_committed(repository: Repository) -> None:
    """`slo build --check` also looks when a commit does nothing but remove files."""
    repository.commit()
    next(repository.folder.glob("build/slo/prometheus/*")).unlink()

    assert repository.hooks() == {"slo lint": "(no files to check)Skipped", "slo build --check": "Failed"}


def test_other_files_can_be_committed(repository: Repository) -> None:
    """`slo lint` does not read them, and the outputs are as they were."""
    repository.commit()
    (repository.folder / "notslos.yaml").write_text("a: 1\n")

    assert repository.hooks() == {"slo lint": "(no files to check)Skipped", "slo build --check": "Passed"}


@pytest.mark.parametrize("hook", OWN, ids=lambda hook: hook["id"])
def test_contributors_run_what_make_check_runs(hook: dict[str, object]) -> None:
    """Each hook for contributors is a program of `.venv` that `make static` runs as well."""
    program, *arguments = str(hook["entry"]).split()
    recipe = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv/bin")

    assert Path(program).parent == Path(".venv/bin")
    assert " ".join([program, *[each for each in arguments if each != "--force-exclude"]]) in recipe
