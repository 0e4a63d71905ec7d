"""No secret is in the repository: what is tracked is searched for everything that looks like one."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("tests/", "bench/", "loadtest/")

SHAPES = {
    "private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of GitHub": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})\b",
    "token of GitLab": r"\bglpat-[A-Za-z0-9_-]{20,}",
    "token of Slack": r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]+/B",
    "key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "token of a package index": r"\bpypi-[A-Za-z0-9_-]{50,}|\bnpm_[A-Za-z0-9]{36}\b",
    "token of Grafana": r"\bgl(?:sa|c)_[A-Za-z0-9_=]{30,}",
    "key of a payment service": r"\b[rs]k_live_[0-9A-Za-z]{20,}",
}
"""What is a secret wherever it stands."""

IN_A_URL = re.compile(r"://[^/\s:@\"'{}<>$%*]*:(?P<secret>[^/\s@\"'{}<>$%*\[(]+)@[\w.-]")
ASSIGNED = re.compile(
    r"""(?ix) \b[\w.-]*(?:password|passwd|secret|token|api_?key)["']? \s* [:=]{1,2} \s*
    ["'](?P<secret>[^"'\s{}$%/<>]{6,})["']"""
)
HARMLESS = re.compile(r"(?i)^(?:password|token|secret|authorization|true|false|none|null|\w*_file|\[redacted\])$")


def tracked() -> list[str]:
    """The names of all tracked files."""
    run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        pytest.skip("this is no checkout of git")
    return [name for name in run.stdout.split("\0") if name and (ROOT / name).is_file()]


def text(name: str) -> str:
    """The text of a file; bytes that are none are replaced."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def plain_secrets(content: str) -> list[str]:
    """Values that are given to a password, a token or the like, and passwords in addresses."""
    found = [match["secret"] for pattern in (IN_A_URL, ASSIGNED) for match in pattern.finditer(content)]
    return [secret for secret in found if not HARMLESS.match(secret)]


def test_nothing_tracked_has_the_shape_of_a_secret() -> None:
    """Keys and tokens of services that can be told by their form are in no file, tests included."""
    names = tracked()
    found = [(name, shape) for name in names for shape, pattern in SHAPES.items() if re.search(pattern, text(name))]

    assert len(names) > 300
    assert found == []


def test_no_password_is_written_down() -> None:
    """No file outside of the tests gives a password or a token a value, or has one in an address."""
    names = [name for name in tracked() if not name.startswith(TESTS)]
    found = [(name, secret) for name in names for secret in plain_secrets(text(name))]

    assert found == []


@pytest.mark.parametrize(
    "line", ["GF_SECURITY_ADMIN_PASSWORD: admin", "POSTGRES_PASSWORD=postgres", "requirepass shop"]
)
def test_no_configuration_has_a_password(line: str) -> None:
    """Neither compose, nor .env, nor any file under monitoring/ has a line such as this one."""
    word = re.escape(re.split(r"[:=\s]", line)[0])
    names = [name for name in tracked() if name.startswith("monitoring/") or name in {".env", "docker-compose.yml"}]

    assert len(names) > 10
    assert [name for name in names if re.search(rf"(?m)^\s*-?\s*{word}\s*[:=\s]\s*\S", text(name))] == []


@pytest.mark.parametrize(
    "line",
    [
        "password: 'hunter2-hunter2'",
        'ADMIN_TOKEN = "abcdef123456"',
        "postgresql://shop:hunter2@db/shop",
        '"api_key": "abcdefg"',
    ],
)
def test_a_written_password_would_be_found(line: str) -> None:
    """The search above can fail."""
    assert plain_secrets(line)


def test_what_holds_secrets_is_never_tracked() -> None:
    """The run folder, where tokens are made, is ignored, and no file by the name of a key or a token is tracked."""
    ignored = subprocess.run(
        ["git", "check-ignore", ".cache/run/secrets/admin-web"], cwd=ROOT, capture_output=True, check=False
    )
    names = [
        name for name in tracked() if re.search(r"(?i)\.(?:pem|key|p12|pfx|jks)$|(?:^|/)(?:id_rsa|\.netrc)$", name)
    ]

    assert ignored.returncode == 0
    assert names == []


def test_every_claim_about_security_names_a_test_that_exists() -> None:
    """Each row of the page on security names a test, and each test file that it names exists."""
    page = text("docs/security.md")
    rows = [
        line for line in page.splitlines() if line.startswith("|") and " tested by " not in line and "---" not in line
    ]
    named = set(re.findall(r"`((?:tests/[\w/]+/)?test_\w+\.py)`", page))

    assert len(named) > 10
    assert [row for row in rows if ".py`" not in row.rpartition(" | ")[2]] == []
    assert [name for name in named if not list(ROOT.glob(name if "/" in name else f"tests/*/{name}"))] == []
