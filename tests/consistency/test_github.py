"""The workflow and the forms of GitHub are valid, and the workflow trusts nothing that can change."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FORMS = GITHUB / "ISSUE_TEMPLATE"
CI = yaml.safe_load((GITHUB / "workflows" / "ci.yml").read_text())


def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment."""
    command = [str(PROGRAMS / program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def audit(folder: Path) -> subprocess.CompletedProcess[str]:
    """Look for what makes workflows unsafe, as strictly as zizmor can."""
    return run("zizmor", "--offline", "--no-progress", "--persona=auditor", folder)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("workflows", WORKFLOWS),
        ("issue-forms", [FORMS / "bug.yml", FORMS / "feature.yml"]),
        ("issue-config", [FORMS / "config.yml"]),
    ],
)
def test_github_can_read_them(schema: str, files: list[Path]) -> None:
    """Each file has the form that GitHub's schema asks for."""
    answer = run("check-jsonschema", "--builtin-schema", f"vendor.github-{schema}", *files)

    assert answer.returncode == 0, answer.stdout


def test_the_workflow_is_pinned_and_may_do_little() -> None:
    """Actions are pinned by commit, no token is kept or can do more than read, no text becomes a command."""
    answer = audit(GITHUB)

    assert answer.returncode == 0, answer.stdout
    for workflow in map(yaml.safe_load, (path.read_text() for path in WORKFLOWS)):
        assert workflow["permissions"] == {}
        assert [job["permissions"] for job in workflow["jobs"].values()] == [{"contents": "read"}] * len(
            workflow["jobs"]
        )


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_pin_says_its_version(workflow: Path) -> None:
    """Beside the commit is the release that it is, for the reader and for tools that propose newer ones."""
    uses = [line for line in workflow.read_text().splitlines() if "uses:" in line]

    assert uses
    assert [line for line in uses if not re.search(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_every_job_ends() -> None:
    """A job that hangs costs minutes, not six hours."""
    assert all(1 <= job["timeout-minutes"] <= 90 for job in CI["jobs"].values())


def test_the_wheel_is_tried_on_every_supported_python() -> None:
    """The matrix begins with the oldest Python that the package allows, and leaves none out."""
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    versions = CI["jobs"]["wheel"]["strategy"]["matrix"]["python"]

    assert f">={versions[0]}" == oldest
    minors = [int(version.removeprefix("3.")) for version in versions]
    assert minors == list(range(minors[0], 15))


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        (r"checkout@[0-9a-f]{40}", "checkout@v7", "unpinned-uses"),
        (r"\npermissions: \{\}\n", "\n", "excessive-permissions"),
        (r"persist-credentials: false", "persist-credentials: true", "artipacked"),
        (r"run: make test", "run: echo ${{ github.head_ref }}", "template-injection"),
    ],
)
def test_what_is_unsafe_is_found(tmp_path: Path, old: str, new: str, finding: str) -> None:
    """The judge of the workflow does judge."""
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = (GITHUB / "workflows" / "ci.yml").read_text()
    (folder / "ci.yml").write_text(re.sub(old, new, text))

    answer = audit(folder)

    assert finding in answer.stdout
    assert answer.returncode != 0


def test_less_coverage_than_the_floor_is_a_failure() -> None:
    """`make test` measures coverage, and a floor is set below which it fails."""
    floor = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["report"]["fail_under"]
    recipe = (ROOT / "Makefile").read_text().partition("\ntest:")[2].partition("\n\n")[0]

    assert floor >= 85
    assert "--cov " in recipe
    assert "--cov-fail-under" not in recipe
