"""`slo build`: where outputs go, what is never overwritten, and what `--check` and `--prune` find."""

from __future__ import annotations

import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.cli.command import SPEC, Slo

RULES = Path("build/slo/prometheus/shop.rules.yml")
TESTS = Path("build/slo/tests/shop.test.yml")
ROUTES = Path("build/slo/alertmanager/alertmanager.yml")


def spec(service: str, *lines: str) -> str:
    """A specification with more lines on its top level."""
    return "\n".join([SPEC.replace("service: shop", f"service: {service}"), *lines, ""])


def test_writes_every_target_below_build(slo: Slo) -> None:
    """Without `outputs` each target has its folder below build/slo, and each file is named."""
    said = slo("build")

    assert (said.status, said.err) == (0, "")
    assert [line.split() for line in said.out.splitlines()[:-1]] == [
        ["written", str(RULES)],
        ["written", str(TESTS)],
        ["written", str(ROUTES)],
    ]
    assert said.out.splitlines()[-1] == "3 written, 0 unchanged"
    assert "alert: ShopCheckoutBudgetBurn" in RULES.read_text()


def test_second_build_touches_nothing(slo: Slo) -> None:
    """What is current keeps its modification time."""
    slo("build")
    os.utime(RULES, ns=(1, 1))

    said = slo("build")

    assert said.out.splitlines()[-1] == "0 written, 3 unchanged"
    assert RULES.stat().st_mtime_ns == 1


def test_outputs_are_relative_to_the_specification(slo: Slo, folder: Path) -> None:
    """`outputs` names paths beside the file, wherever the command runs, and only those targets are made."""
    (folder / "team").mkdir()
    (folder / "team" / "slos.yaml").write_text(spec("shop", "outputs: {prometheus: rules/slo.yml}"))

    said = slo("build", "team/slos.yaml")

    assert said.status == 0
    assert sorted(p.name for p in (folder / "team").rglob("*.yml")) == ["slo.yml"]
    assert (folder / "team/rules/slo.yml").exists()


def test_target_picks_one(slo: Slo) -> None:
    """`--target` makes that one alone."""
    assert slo("build", "--target", "prometheus").status == 0
    assert RULES.exists()
    assert not TESTS.exists()


def test_output_folder_overrides_outputs(slo: Slo, folder: Path) -> None:
    """`-o DIR` writes to DIR/<target>/, whatever `outputs` says."""
    (folder / "slos.yaml").write_text(spec("shop", "outputs: {prometheus: rules/slo.yml}"))

    said = slo("build", "-o", "out")

    assert said.status == 0
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*.yml")) == [
        str(Path("out/prometheus/shop.rules.yml"))
    ]


def test_several_files_make_one_set(slo: Slo, folder: Path) -> None:
    """Files of one set are merged; a directory stands for its YAML files."""
    (folder / "more").mkdir()
    (folder / "more" / "a.yaml").write_text(spec("cart", "set: all"))
    (folder / "more" / "b.yml").write_text(spec("search", "set: all"))
    (folder / "more" / "notes.txt").write_text("not a specification")
    (folder / "slos.yaml").write_text(spec("shop", "set: all"))

    said = slo("build", "slos.yaml", "more", "-o", "out", "--target", "prometheus")

    assert said.status == 0
    text = (folder / "out/prometheus/all.rules.yml").read_text()
    assert [name in text for name in ("ShopCheckout", "CartCheckout", "SearchCheckout")] == [True] * 3


def test_set_overrides_the_files(slo: Slo, folder: Path) -> None:
    """`--set` puts everything into one set of that name."""
    (folder / "b.yaml").write_text(spec("cart"))

    assert slo("build", "slos.yaml", "b.yaml", "--set", "both", "-o", "out").status == 0
    assert (folder / "out/prometheus/both.rules.yml").exists()


def test_two_sets_have_files_of_their_own(slo: Slo, folder: Path) -> None:
    """Two sets in one build do not overwrite each other, even where the file name does not hold the set."""
    (folder / "b.yaml").write_text(spec("cart"))

    assert slo("build", "slos.yaml", "b.yaml").status == 0
    assert sorted(p.name for p in ROUTES.parent.iterdir()) == ["cart.alertmanager.yml", "shop.alertmanager.yml"]


def test_two_sets_with_the_same_output_are_refused(slo: Slo, folder: Path) -> None:
    """The second would replace the first, so nothing is written."""
    (folder / "slos.yaml").write_text(spec("shop", "outputs: {prometheus: rules.yml}"))
    (folder / "b.yaml").write_text(spec("cart", "outputs: {prometheus: rules.yml}"))

    said = slo("build", "slos.yaml", "b.yaml")

    assert said.status == 1
    assert "SLO085" in said.err
    assert not (folder / "rules.yml").exists()


def test_another_sets_output_of_an_earlier_build_is_not_replaced(slo: Slo, folder: Path) -> None:
    """Two services built one after the other do not take each other's Alertmanager routes away."""
    (folder / "b.yaml").write_text(spec("cart"))
    assert slo("build", "slos.yaml").status == 0
    before = ROUTES.read_bytes()

    said = slo("build", "b.yaml")

    assert said.status == 1
    assert 'error[SLO085]: output build/slo/alertmanager/alertmanager.yml belongs to the set "shop"' in said.err
    assert ROUTES.read_bytes() == before
    assert not (RULES.parent / "cart.rules.yml").exists()


def test_standard_input(slo: Slo, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads the specification from standard input."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(spec("cart").encode())))

    assert slo("build", "-", "-o", "out").status == 0
    assert (folder / "out/prometheus/cart.rules.yml").exists()


def test_mistakes_in_standard_input_have_places(slo: Slo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings in standard input say so instead of naming a file."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"version: 1\nservice: shop\nslos: []\n")))

    assert slo("build", "-").err.startswith("<stdin>:3:1: error[SLO030]")


def test_problems_of_all_files_are_told_and_nothing_is_written(slo: Slo, folder: Path) -> None:
    """One wrong file keeps the right one from being written, too."""
    (folder / "b.yaml").write_text(spec("cart").replace("99.9%", "100%"))
    (folder / "c.yaml").write_text(spec("pay").replace("99.9%", "99.9"))

    said = slo("build", "slos.yaml", "b.yaml", "c.yaml")

    assert said.status == 1
    assert [line.split(":")[0] for line in said.err.splitlines() if "error[" in line] == ["b.yaml", "c.yaml"]
    assert not Path("build").exists()


def test_foreign_file_stays(slo: Slo) -> None:
    """A file without our header is named and kept, and no other output is written."""
    RULES.parent.mkdir(parents=True)
    RULES.write_text("groups: []\n")

    said = slo("build")

    assert said.status == 1
    assert f"error[SLO084]: output {RULES} exists and was not written by slo" in said.err
    assert RULES.read_text() == "groups: []\n"
    assert not TESTS.exists()


def test_empty_file_may_be_filled(slo: Slo) -> None:
    """An empty file is nobody's work."""
    RULES.parent.mkdir(parents=True)
    RULES.touch()

    assert slo("build").status == 0
    assert RULES.stat().st_size


def test_access_rights_stay(slo: Slo) -> None:
    """A replaced file keeps its mode."""
    slo("build")
    RULES.write_text(RULES.read_text() + "# edited\n")
    RULES.chmod(0o640)

    slo("build")

    assert RULES.stat().st_mode & 0o777 == 0o640
    assert "# edited" not in RULES.read_text()


def test_output_through_a_link_out_of_the_folder_is_refused(slo: Slo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A symbolic link cannot lead outputs out of the specification's folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Path("build").symlink_to(elsewhere)

    said = slo("build")

    assert said.status == 1
    assert "SLO083" in said.err
    assert list(elsewhere.iterdir()) == []


def test_output_folder_may_be_anywhere(slo: Slo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With `-o` the user says where to."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    assert slo("build", "-o", str(elsewhere)).status == 0
    assert (elsewhere / "prometheus/shop.rules.yml").exists()


def test_output_that_is_a_folder(slo: Slo) -> None:
    """An output that cannot be written is one line and exit 1."""
    RULES.mkdir(parents=True)

    said = slo("build")

    assert said.status == 1
    assert len(said.err.splitlines()) == 1
    assert f"error[SLO084]: output {RULES} is a folder" in said.err


def test_output_below_a_file(slo: Slo) -> None:
    """A file where a folder is needed is one line and exit 1, and nothing else is written."""
    Path("build").write_text("not a folder")

    said = slo("build")

    assert (said.status, len(said.err.splitlines())) == (1, 1)


def test_check_says_that_all_is_current(slo: Slo) -> None:
    """After a build nothing is left to do."""
    slo("build")

    said = slo("build", "--check")

    assert (said.status, said.out) == (0, "all 3 outputs are current\n")


def test_check_names_what_drifted(slo: Slo) -> None:
    """A hand edit, a missing file and a file that is no longer made are named, with a short difference; all stay."""
    slo("build")
    RULES.write_text(RULES.read_text().replace("0.0144", "0.0145"))
    TESTS.unlink()
    old = RULES.with_name("old.rules.yml")
    old.write_text(RULES.read_text())

    said = slo("build", "--check")

    assert said.status == 1
    assert f"{RULES}: differs from what would be written" in said.err
    assert f"{TESTS}: missing" in said.err
    assert f"{old}: is no longer made" in said.err
    assert "0.0145" in said.err
    assert len(said.err.splitlines()) < 30
    assert "0.0145" in RULES.read_text()
    assert not TESTS.exists()


def test_long_difference_is_cut(slo: Slo) -> None:
    """A file that differs everywhere does not flood the terminal."""
    slo("build")
    RULES.write_text("\n".join(["# Generated by slobox", *map(str, range(500))]))

    said = slo("build", "--check")

    assert said.err.splitlines()[-2].strip() == "..."
    assert len(said.err.splitlines()) < 30


def test_prune_removes_what_is_no_longer_made(slo: Slo) -> None:
    """Only files of this set go: other sets, made from other files, and other people's files stay."""
    slo("build")
    old, other, foreign = (RULES.with_name(name) for name in ("old.rules.yml", "other.rules.yml", "mine.yml"))
    old.write_text(RULES.read_text())
    other.write_text(RULES.read_text().replace("of set shop) from", "of set shop-2) from other"))
    foreign.write_text("groups: []\n")

    said = slo("build", "--prune")

    assert said.status == 0
    assert f"removed    {old}" in said.out
    assert said.out.splitlines()[-1] == "0 written, 3 unchanged, 1 removed"
    assert [path.exists() for path in (old, other, foreign)] == [False, True, True]


def test_check_of_one_target_does_not_blame_the_others(slo: Slo) -> None:
    """What is made without `--target` is no leftover, and its folder is no place to tidy up."""
    slo("build", "-o", "out")
    Path("out/prometheus/shop.test.yml").write_text(Path("out/tests/shop.test.yml").read_text())

    assert slo("build", "-o", "out", "--target", "tests", "--check").err.splitlines() == [
        f"{Path('out/prometheus/shop.test.yml')}: is no longer made; `slo build --prune` removes it",
        "1 of 2 outputs are not current; run `slo build`",
    ]


@pytest.mark.parametrize("mark", ["; time scale 60) from", ") from"])
def test_prune_knows_what_was_made_at_another_time_scale(slo: Slo, mark: str) -> None:
    """The set is what counts."""
    slo("build")
    old = RULES.with_name("old.rules.yml")
    old.write_text(RULES.read_text().replace(") from", mark, 1))

    assert slo("build", "--prune").status == 0
    assert not old.exists()


def test_a_file_that_an_editor_gave_a_byte_order_mark_is_still_ours(slo: Slo) -> None:
    """It is replaced like any other output."""
    slo("build")
    RULES.write_text("\ufeff" + RULES.read_text(), encoding="utf-8")

    assert slo("build").status == 0
    assert RULES.read_text(encoding="utf-8").startswith("# Generated")


def test_a_base_is_read_only_for_the_target_that_needs_it(slo: Slo, folder: Path) -> None:
    """Rules can be built where the Alertmanager configuration is not at hand."""
    (folder / "slos.yaml").write_text(spec("shop", "alerting: {base: elsewhere.yml}"))

    assert slo("build", "--target", "prometheus").status == 0
    assert slo("build").status == 1


def test_prune_follows_no_links(slo: Slo, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a link leads to may be in use elsewhere, and a link to a file that goes is no second file."""
    slo("build")
    elsewhere, old = tmp_path_factory.mktemp("elsewhere") / "used.rules.yml", RULES.with_name("old.rules.yml")
    for path in (elsewhere, old):
        path.write_text(RULES.read_text())
    RULES.with_name("out.yml").symlink_to(elsewhere)
    RULES.with_name("in.yml").symlink_to(old.name)

    said = slo("build", "--prune")

    assert (said.status, said.err) == (0, "")
    assert [path.exists() for path in (elsewhere, old)] == [True, False]
    assert RULES.with_name("out.yml").is_symlink()


def test_without_prune_old_files_stay(slo: Slo) -> None:
    """A plain build removes nothing."""
    slo("build")
    old = RULES.with_name("old.rules.yml")
    old.write_text(RULES.read_text())

    assert slo("build").status == 0
    assert old.exists()


def test_time_scale(slo: Slo, folder: Path) -> None:
    """Time runs sixty times faster in rules that say so, evaluated every second."""
    said = slo("build", "--time-scale", "60", "-o", "fast")

    assert said.status == 0
    text = (folder / "fast/prometheus/shop.rules.yml").read_text()
    assert "time scale 60" in text.splitlines()[0]
    assert "interval: 1s" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--time-scale", "60"], "needs -o DIR"),
        (["--time-scale", "7", "-o", "x"], "divides 300"),
        (["--time-scale", "0", "-o", "x"], "divides 300"),
        (["--time-scale", "many", "-o", "x"], "divides 300"),
        (["--time-scale", "150", "-o", "x"], "fewer than three scrapes"),
        (["--time-scale", "60", "--scrape-interval", "2s", "-o", "x"], "fewer than three scrapes"),
        (["--time-scale", "20", "--scrape-interval", "4s", "-o", "x"], "multiple of the scrape interval"),
        (["--scrape-interval", "2s"], "--scrape-interval needs --time-scale"),
        (["--scrape-interval", "soon", "--time-scale", "60"], "invalid duration"),
        (["--target", "grafanna"], "unknown target"),
        (["-o", ""], "empty folder name"),
        (["--check", "--prune"], "--check writes nothing"),
        (["--set", "My Set"], "invalid name"),
        (["--unknown"], "unrecognized"),
    ],
)
def test_wrong_usage(slo: Slo, arguments: list[str], words: str) -> None:
    """Options that cannot be meant exit with 2 and say why; nothing is written."""
    said = slo("build", *arguments)

    assert said.status == 2
    assert words in said.err
    assert not Path("build").exists()


def test_a_time_scale_at_which_nothing_is_left(slo: Slo, folder: Path) -> None:
    """An empty rule file would look like success."""
    (folder / "slos.yaml").write_text(f"{SPEC}maintenance: [{{metric: maintenance_active}}]\n")

    said = slo("build", "--time-scale", "60", "-o", "fast")

    assert said.status == 1
    assert "error[SLO089]" in said.err
    assert not Path("fast").exists()


def test_warnings_do_not_stop_the_build(slo: Slo, folder: Path) -> None:
    """A lowered tier is told on standard error, and the rules are written."""
    (folder / "slos.yaml").write_text(SPEC.replace("99.9%", "90%"))

    said = slo("build")

    assert said.status == 0
    assert "slos.yaml:7:16: warning[SLO060]" in said.err
    assert RULES.exists()
