"""`slo build` with targets other than the usual three: folders, pages that stay, and options about servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import SPEC, Slo
from tests.cli.test_build import spec

PAGE = Path("runbooks/ShopCheckoutBudgetBurn.md")
OUTPUTS = "outputs: {grafana: boards/, runbooks: runbooks/, mimir: mimir.yml}"


@pytest.fixture(autouse=True)
def _written(folder: Path) -> None:
    """A specification with a dashboard, runbooks and rules for Mimir."""
    (folder / "slos.yaml").write_text(spec("shop", OUTPUTS))


def test_a_page_that_exists_is_kept_whoever_wrote_it(slo: Slo) -> None:
    """Neither a build nor --prune touches it, and --check is content with whatever it says."""
    PAGE.parent.mkdir()
    PAGE.write_text("mine")

    said = slo("build")

    assert said.status == 0
    assert PAGE.read_text() == "mine"
    assert f"kept       {PAGE}" in said.out
    assert said.out.splitlines()[-1] == "4 written, 0 unchanged, 1 kept"
    assert slo("build", "--check").status == 0
    assert slo("build", "--prune").out.splitlines()[-1] == "0 written, 2 unchanged, 0 removed, 3 kept"
    assert PAGE.read_text() == "mine"


def test_an_empty_page_is_none(slo: Slo) -> None:
    """Nobody wrote it: a machine that lost power may leave one behind."""
    PAGE.parent.mkdir()
    PAGE.touch()

    assert f"written    {PAGE}" in slo("build").out
    assert PAGE.read_text().startswith("# ShopCheckoutBudgetBurn")


def test_a_page_that_is_missing_is_drift(slo: Slo) -> None:
    """An alert without a page is what the check is for."""
    slo("build")
    PAGE.unlink()

    said = slo("build", "--check")

    assert said.status == 1
    assert f"{PAGE}: missing" in said.err


def test_pages_of_an_slo_that_is_gone_stay(slo: Slo, folder: Path) -> None:
    """They are somebody's work by then."""
    slo("build")
    (folder / "slos.yaml").write_text(spec("shop", OUTPUTS).replace("name: checkout", "name: buying"))

    assert slo("build", "--prune").status == 0

    assert PAGE.exists()
    assert Path("runbooks/ShopBuyingBudgetBurn.md").exists()


def test_a_page_does_not_leave_the_folder_through_a_link(slo: Slo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """As no other output does."""
    away = tmp_path_factory.mktemp("away")
    Path("runbooks").symlink_to(away)

    said = slo("build")

    assert said.status == 1
    assert "SLO083" in said.err
    assert not list(away.iterdir())


def test_a_dashboard_of_somebody_else_is_not_replaced(slo: Slo) -> None:
    """JSON of another hand lacks our words; ours is known again and replaced."""
    board = Path("boards/shop.json")
    board.parent.mkdir()
    board.write_text('{"title": "mine"}')
    assert "SLO084" in slo("build").err
    board.unlink()
    slo("build")
    board.write_text(board.read_text().replace("SLOs of shop", "changed"))

    said = slo("build", "--check")

    assert f"{board}: differs from what would be written" in said.err
    assert slo("build").status == 0
    assert '"title": "SLOs of shop"' in board.read_text()


def test_a_dashboard_that_is_no_longer_made_is_pruned(slo: Slo, folder: Path) -> None:
    """The set of the file is known from its first words, in JSON as in YAML."""
    slo("build")
    Path("boards/shop.json").rename("boards/old.json")

    said = slo("build", "--prune")

    assert "removed    boards/old.json" in said.out
    assert [path.name for path in (folder / "boards").iterdir()] == ["shop.json"]


def test_a_further_target_is_made_when_asked_for_and_kept(slo: Slo, folder: Path) -> None:
    """Its file is no leftover to a check that does not make it."""
    (folder / "slos.yaml").write_text(SPEC)
    slo("build")

    said = slo("build", "--target", "operator")

    assert [line.split() for line in said.out.splitlines()[:-1]] == [
        ["written", "build/slo/operator/shop.prometheusrule.yml"]
    ]
    assert slo("build", "--check").status == 0


def test_rules_are_split_where_a_ruler_wants_it(slo: Slo) -> None:
    """`--max-rules-per-group` counts for Mimir."""
    slo("build")
    assert "name: slo-shop-0\n" in Path("mimir.yml").read_text()
    slo("build", "--max-rules-per-group", "20")
    assert "name: slo-shop-0-1\n" in Path("mimir.yml").read_text()


def test_several_sets_with_an_alertmanager_file_each_are_warned_of(slo: Slo, folder: Path) -> None:
    """Not where each set says itself where its file goes."""
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(spec(name).replace("name: checkout", f"name: {name}"))

    said = slo("build", "a.yaml", "b.yaml", "-o", "out")

    assert (said.status, said.err.count("SLO086")) == (0, 1)
    assert "SLO086" not in slo("build", "a.yaml", "b.yaml", "-o", "out", "--set", "all").err
    assert "SLO086" not in slo("build", "a.yaml", "b.yaml", "-o", "out", "--target", "prometheus").err
    for name in ("a", "b"):
        said_where = spec(name, f"outputs: {{alertmanager: {name}.yml}}")
        (folder / f"{name}.yaml").write_text(said_where.replace("name: checkout", f"name: {name}"))
    assert "SLO086" not in slo("build", "a.yaml", "b.yaml").err


@pytest.mark.parametrize(("option", "status", "severity"), [("2.42", 1, "error"), ("3", 0, ""), ("", 0, "warning")])
def test_what_the_oldest_server_cannot_read(option: str, status: int, severity: str, slo: Slo, folder: Path) -> None:
    """Refused for whoever has that server, told to whoever does not say, fine for whoever has a newer one."""
    quoted = SPEC.replace('total: http_requests_total{route="/checkout"}', "total: '{\"http.requests\"}'")
    (folder / "slos.yaml").write_text(quoted)

    said = slo("build", "--target", "prometheus", *(["--prometheus", option] if option else []))

    assert said.status == status
    assert (f"{severity}[SLO076]: Prometheus 2.42 cannot read the name" in said.err) == bool(severity)
    assert Path("build/slo/prometheus/shop.rules.yml").exists() == (status == 0)
