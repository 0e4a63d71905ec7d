"""Which hosts may be loaded."""

import pytest

from loadtest.target import ALLOW, allowed_hosts, refusal

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "http://127.9.9.9"]
)
def test_this_machine_may_be_loaded(url: str) -> None:
    """Every spelling of the loopback is this machine."""
    assert refusal(url, NOBODY) is None


@pytest.mark.parametrize(
    "url", ["https://shop.example.org", "http://10.0.0.1", "http://web:8000", "http://localhost.example.org"]
)
def test_other_machines_are_refused_with_the_way_to_allow_them(url: str) -> None:
    """The message names the host and the setting."""
    reason = refusal(url, NOBODY)
    assert reason is not None
    assert f"{ALLOW}=" in reason


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "/products"])
def test_what_is_no_url_is_refused(url: str) -> None:
    """A host without a scheme is a common slip and gets an example."""
    assert "such as http://127.0.0.1:8000" in str(refusal(url, NOBODY))


def test_hosts_named_in_the_environment_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is separated by commas; case and blanks do not matter."""
    monkeypatch.setenv(ALLOW, "web, Staging.example.org,")
    assert allowed_hosts() == {"web", "staging.example.org"}
    assert refusal("http://web:8000", allowed_hosts()) is None
    assert refusal("http://STAGING.example.org", allowed_hosts()) is None
