"""Secrets of the containers: made once, kept, readable by their readers only."""

import hashlib
import stat
from pathlib import Path

import pytest

from box.services import TIERS
from box.volume_secrets import DERIVED, SECRETS, main, make, show


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    """A folder with the empty volumes."""
    for path in (*SECRETS.values(), *DERIVED):
        (tmp_path / path).parent.mkdir(exist_ok=True)
    return tmp_path


def test_every_secret_is_made_and_no_two_are_equal(volumes: Path) -> None:
    """All are there after the first run, long and different."""
    assert set(make(volumes)) == SECRETS.keys()
    found = [show(volumes, name) for name in SECRETS]
    assert len(set(found)) == len(SECRETS)
    assert all(len(secret) >= 32 for secret in found)


def test_a_file_is_the_secret_and_no_more(volumes: Path) -> None:
    """A newline at its end would be a part of the password for who reads the whole file, as the Collector does."""
    make(volumes)
    assert [(volumes / path).read_text() for path in SECRETS.values()] == [show(volumes, name) for name in SECRETS]


def test_a_secret_that_exists_is_never_made_again(volumes: Path) -> None:
    """A second start keeps the passwords that the databases were made with."""
    make(volumes)
    before = {name: show(volumes, name) for name in SECRETS}
    (volumes / SECRETS["grafana"]).unlink()
    assert make(volumes) == ("grafana",)
    after = {name: show(volumes, name) for name in SECRETS}
    assert after.pop("grafana") != before.pop("grafana")
    assert after == before


def test_files_are_read_only_for_owner_and_group(volumes: Path) -> None:
    """Nobody else on the volume can read them, and nobody can write them."""
    make(volumes)
    files = [path for path in volumes.rglob("*") if path.is_file()]
    assert len(files) == len(SECRETS) + len(DERIVED)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o440}


def test_redis_gets_its_password_in_its_own_language(volumes: Path) -> None:
    """The configuration holds the same password that the clients read."""
    make(volumes)
    password, monitor = (line.split() for line in (volumes / "redis/redis.conf").read_text().splitlines())
    assert password == ["requirepass", show(volumes, "redis")]
    assert monitor[:3] == ["user", "monitor", "on"]
    assert monitor[3] == f"#{hashlib.sha256(show(volumes, 'redis-monitor').encode()).hexdigest()}"
    assert monitor[4:] == ["resetkeys", "resetchannels", "-@all", "+info"]


def test_a_box_of_an_earlier_version_gets_the_new_users(volumes: Path) -> None:
    """The password of Redis stays, and its configuration is written again with the monitor."""
    (volumes / "redis/password").write_text("made-before\n")
    (volumes / "redis/redis.conf").write_text("requirepass made-before\n")
    assert "redis" not in make(volumes)
    assert (volumes / "redis/redis.conf").read_text().startswith("requirepass made-before\nuser monitor on #")


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_has_the_digest_of_its_token_and_no_token(volumes: Path, tier: str) -> None:
    """What a tier can read opens no admin call, not even its own; the token is in the volume that `show` reads."""
    make(volumes)
    read = (volumes / f"admin-{tier}/token").read_text().strip()
    tokens = {name: show(volumes, f"admin-{name}") for name in TIERS}
    assert read == f"sha256:{hashlib.sha256(tokens[tier].encode()).hexdigest()}"
    assert not any(token in read for token in tokens.values())


def test_a_draft_of_an_interrupted_run_is_no_secret(volumes: Path) -> None:
    """What a killed run left half-written is replaced."""
    draft = (volumes / SECRETS["admin-web"]).with_suffix(".new")
    draft.write_text("half")
    assert "admin-web" in make(volumes)
    assert show(volumes, "admin-web") != "half"
    assert not draft.exists()


def test_the_log_says_how_to_see_the_password_and_not_the_password(
    volumes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one-shot's output is safe to keep."""
    assert main(["make"], volumes) == 0
    output = capsys.readouterr().out
    assert "docker compose run --rm secrets show grafana" in output
    assert not any(show(volumes, name) in output for name in SECRETS)


def test_one_secret_is_shown_on_demand(volumes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`show grafana` prints that password and nothing else."""
    make(volumes)
    assert main(["show", "grafana"], volumes) == 0
    assert capsys.readouterr().out == f"{show(volumes, 'grafana')}\n"


def test_a_missing_volume_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The message names the file that could not be written or read."""
    assert main(["make"], tmp_path) == 1
    assert main(["show", "admin-web"], tmp_path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("secrets: No such file or directory: ") for line in lines)
