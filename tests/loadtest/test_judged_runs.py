"""Whole runs with a verdict: what Locust's exit status says."""

from pathlib import Path

import pytest

from tests.loadtest.shop import Shop, run_locust

SCENARIO = """
from loadtest.shapes import Stage, StagedShape
from loadtest.users import ApiVisitor
from loadtest.verdict import judge_run

__all__ = ["ApiVisitor"]


class Short(StagedShape):
    stages = (Stage(seconds=4, users=1),)


judge_run()
"""


@pytest.mark.parametrize(
    ("status", "stall", "code", "verdict"),
    [
        (201, 0.0, 0, "a valid run"),
        (503, 0.0, 1, "MISSED"),
        (409, 0.0, 0, "a valid run"),
        (201, 2.5, 2, "INVALID"),
    ],
)
def test_the_exit_status_is_the_verdict(  # a run of four seconds for each
    shop: Shop, tmp_path: Path, status: int, stall: float, code: int, verdict: str
) -> None:
    """Met is 0, missed is 1, a refusal is no error, and a shop that stalls makes the run invalid, not good."""
    shop.checkout_status, shop.stall = status, stall
    scenario = tmp_path / "short.py"
    scenario.write_text(SCENARIO, encoding="utf-8")
    run = run_locust(shop.url, file=scenario)
    assert run.returncode == code, run.stdout + run.stderr
    assert verdict in run.stdout
    assert "checkout-availability" in run.stdout
