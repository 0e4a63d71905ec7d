"""What the demo prints about its SLO."""

from pathlib import Path

from box.cli.demo import introduction
from box.demo.objective import read_objective
from box.demo.record import Record
from box.demo.verdict import rows


def test_the_demo_names_the_window_of_the_server(root: Path) -> None:
    """A budget of 30 days lasts 12 hours, in the introduction and in the table at the end."""
    objective = read_objective(root / "slos.yaml", 60)
    assert f"99.9 % over {objective.window_text}. " in introduction(objective)
    assert objective.window_text == "12h (30d at time scale 60)"
    assert any(row.what == "budget spent (0.1 % of 12h)" for row in rows(Record(), objective, slow_window=30))
