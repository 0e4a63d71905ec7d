"""The matrix of services and signals: which cells there are, how old they are, and who is named for an empty one."""

import time

import pytest

from box.doctor import matrix
from box.doctor.values import Cell
from tests.box.fake_box import FULL, IN_COMPOSE, LIGHT, SILENT, FakeBox, Wrong, running

TIERS = {"web", "catalog", "orders"}


def look(box: FakeBox, names: tuple[str, ...] = (*FULL, "jaeger"), patience: float = 0) -> dict[tuple[str, str], Cell]:
    """The cells by service and signal, after a visit just now."""
    with running(box, names) as servers:
        return {(cell.service, cell.signal): cell for cell in matrix.look(servers, patience, time.time())}


@pytest.mark.parametrize("stores", [("victoria-logs", "jaeger"), ("loki", "tempo")], ids=" and ".join)
def test_every_signal_of_every_service_has_a_cell(stores: tuple[str, str]) -> None:
    """Metrics of all that have some, logs and traces of the tiers; each with its query and a fresh sample."""
    cells = look(FakeBox(), (*LIGHT, "otel-collector", *stores))

    others = {"prometheus", "alertmanager", "pager", "otel-collector", *stores}
    assert {service for service, signal in cells if signal == "metrics"} == TIERS | others
    for signal in ("logs", "traces"):
        assert {service for service, kind in cells if kind == signal} == TIERS
    assert all(cell.state == "ok" and cell.query for cell in cells.values())
    assert all(cell.age_seconds is not None and cell.age_seconds < 5 for cell in cells.values())


def test_a_light_box_has_metrics_alone() -> None:
    """What does not run has no cell, and is not missed."""
    assert {signal for _, signal in look(FakeBox(), LIGHT)} == {"metrics"}


@pytest.mark.parametrize(
    ("missing", "cell"),
    [
        ('job="shop",service="orders"', ("orders", "metrics")),
        ('job="victoria-logs"', ("victoria-logs", "metrics")),
        ("catalog/traces", ("catalog", "traces")),
    ],
)
def test_an_empty_cell_names_its_service_and_query(missing: str, cell: tuple[str, str]) -> None:
    """One signal that does not arrive is one broken cell; the message has the query to look with."""
    cells = look(FakeBox(missing={missing}))

    assert [key for key, each in cells.items() if each.state == "broken"] == [cell]
    broken = cells[cell].broken
    assert broken
    assert broken.component == cell[0]
    assert f"no {cell[1]} in " in broken.problem
    assert cells[cell].query in broken.problem
    assert cells[cell].age_seconds is None


def test_a_tempo_without_spans_of_a_tier_is_seen() -> None:
    """As in Jaeger."""
    cells = look(FakeBox(missing={"catalog/traces"}), (*IN_COMPOSE, "tempo"))

    assert [key for key, each in cells.items() if each.state == "broken"] == [("catalog", "traces")]


def test_a_tier_that_logs_nothing_is_seen() -> None:
    """Lines of the others do not stand in for those of one."""
    cells = look(FakeBox(in_logs=("web", "orders")))

    assert [key for key, each in cells.items() if each.state == "broken"] == [("catalog", "logs")]


@pytest.mark.parametrize("names", [FULL, IN_COMPOSE], ids=["victoria-logs", "loki"])
def test_lines_from_before_the_visit_are_old(names: tuple[str, ...]) -> None:
    """The doctor's own visit was logged by every tier: an older newest line means that lines stopped coming."""
    cells = look(FakeBox(line_age=90), (*names, "jaeger"))

    assert {key for key, each in cells.items() if each.state == "broken"} == {(tier, "logs") for tier in TIERS}
    told = cells["web", "logs"].broken
    assert told
    assert f"no logs since 90 s in {names[-1]}" in told.problem


@pytest.mark.parametrize("answer", [(500, "oops"), (200, "<html>"), (200, "{}"), SILENT], ids=str)
@pytest.mark.parametrize("names", [FULL, IN_COMPOSE], ids=["victoria-logs", "loki"])
def test_a_store_that_does_not_answer_is_named_in_place_of_the_tiers(names: tuple[str, ...], answer: Wrong) -> None:
    """The tiers are not to blame for a log store that is ill."""
    store = names[-1]
    cells = look(FakeBox(wrong={(store, "*"): answer}), (*names, "jaeger"))

    broken = {key: each.broken for key, each in cells.items() if each.broken}
    assert set(broken) == {(tier, "logs") for tier in TIERS}
    assert {each.component for each in broken.values()} == {store}


def test_what_comes_late_is_waited_for() -> None:
    """A cell that fills while the doctor looks is fine, and what was found is not asked for again."""
    box = FakeBox(missing={'job="pager"'})
    query = ("prometheus", "/api/v1/query")
    box.after = lambda: box.missing.clear() if box.asked.count(query) == len(LIGHT) - 1 else None

    cells = look(box, LIGHT, patience=5)

    assert all(cell.state == "ok" for cell in cells.values())
    assert box.asked.count(query) == len(cells) + 1
