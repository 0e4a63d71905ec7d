"""The documentation agrees with the code: its commands exist, its links lead somewhere, its examples compile."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import slo.cli
from box.cli import COMMANDS as BOX_COMMANDS
from box.cli import make_parser
from slo.cli.schema import schema_text
from slo.emit import FILE_NAMES
from slo.load import Source
from slo.pipeline import Compiled, Request, compile_sources
from slo.plan.rules import Plan
from slo.plan.windows import subwindows
from slo.promql import duration, parse_duration
from slo.sli import KINDS
from tests.consistency.pages import Block, Page, broken_links, read
from tests.rules.judge import spoken_of

ROOT = Path(__file__).parents[2]
TOP = (ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"))
FOLDERS = ("docs/**/*.md", "runbooks/*.md", "[a-z]*/README.md")
PAGES = [read(path) for path in sorted({*TOP, *(path for pattern in FOLDERS for path in ROOT.glob(pattern))})]
README = next(page for page in PAGES if page.path == ROOT / "README.md")
LANGUAGE = next(page for page in PAGES if page.path.name == "slo-language.md")
SEPARATORS = re.compile(r"\|\||&&|[|;]")
PROGRAMS = ("slo", "box", "make")
PARSERS = {"slo": slo.cli.parser, "box": make_parser}


def ids(page: Page) -> str:
    """Return the path of the page in the checkout."""
    return page.path.relative_to(ROOT).as_posix()


def block_ids(block: Block) -> str:
    """Return where the block stands."""
    return str(block)


def calls(command: str) -> Iterator[list[str]]:
    """Every call of `slo`, `box` or `make` in a line of shell, without what stands before the program."""
    for part in SEPARATORS.split(command):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:  # a part of a quoted string that holds a separator
            continue
        words = [word.replace("${service:?}", "web") for word in words]  # of the alert, which the reader types first
        while words and re.fullmatch(r"\w+=.*", words[0]):
            words.pop(0)
        if words and words[0].removeprefix(".venv/bin/") in PROGRAMS:
            yield [words[0].removeprefix(".venv/bin/"), *words[1:]]


def documented_calls(page: Page) -> list[list[str]]:
    """The calls of our programs in a page: in `sh` blocks, and between backticks in the text."""
    lines = [command for _, command in page.commands] + page.code_spans
    return [call for line in lines for call in calls(line)]


def is_known(call: list[str]) -> bool:
    """Whether the program takes these arguments; nothing is run."""
    program, *arguments = call
    if program == "make":
        declared = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        wanted = {word for word in arguments if "=" not in word}
        return declared is not None and wanted <= set(declared[1].split())
    try:
        PARSERS[program]().parse_args(arguments)
    except SystemExit as end:
        return end.code == 0
    return True


def is_mentioned(call: list[str]) -> bool:
    """Whether a call in the text, perhaps without its arguments, names a command and options that exist."""
    program, *arguments = call
    if program == "make" or not arguments or is_known(call):
        return not arguments or is_known(call)
    command, *options = arguments
    (commands,) = [each.choices for each in PARSERS[program]()._actions if isinstance(each.choices, dict)]  # noqa: SLF001
    known = commands[command]._option_string_actions if command in commands else {}  # noqa: SLF001
    return command in {*commands, "COMMAND"} and all(option in {*known, "--help"} for option in options)


@pytest.fixture(scope="module")
def planned() -> Plan:
    """The plan of the demo's SLOs."""
    return compiled().plan


def compiled() -> Compiled:
    """The demo's SLOs, compiled as they are committed."""
    (one,) = compile_sources([Source("slos.yaml", (ROOT / "slos.yaml").read_text())], Request(("prometheus",)))
    return one


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Page) -> None:
    """Every relative link names a file of the checkout, and a heading in it."""
    assert broken_links(page, ROOT) == []


def test_the_index_names_every_page() -> None:
    """A reader finds each page from the index of its folder."""
    for folder in ("docs", "docs/decisions"):
        index = read(ROOT / folder / "README.md")
        pages = {path.name for path in (ROOT / folder).glob("*.md")} - {"README.md"}

        assert pages <= set(index.links)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_documented_commands_exist(page: Page) -> None:
    """A reader can type every command that a page prints: the parsers and the Makefile know it."""
    typed = [call for _, command in page.commands for call in calls(command) if not is_known(call)]
    mentioned = [call for span in page.code_spans for call in calls(span) if not is_mentioned(call)]

    assert [" ".join(call) for call in typed + mentioned] == []


def test_a_wrong_command_would_be_found() -> None:
    """The test above can fail: wrong flags, commands and targets are refused."""
    wrong = ["slo build --no-such-flag", "box dmeo", "make no-such-target", "PORT=1 .venv/bin/box up --bad | tail"]

    assert [is_known(call) for line in wrong for call in calls(line)] == [False] * len(wrong)
    assert [is_mentioned(call) for line in wrong for call in calls(line)] == [False] * len(wrong)


@pytest.mark.parametrize("command", slo.cli.COMMANDS)
def test_every_command_of_slo_is_documented(command: str) -> None:
    """Each subcommand appears in the reference and, with an example, somewhere in the documentation."""
    assert f"slo {command}" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert any(call[:2] == ["slo", command] for page in PAGES for call in documented_calls(page))


def test_every_command_of_box_is_documented() -> None:
    """Each subcommand of `box` is printed in some page."""
    printed = {call[1] for page in PAGES for call in documented_calls(page) if call[0] == "box" and len(call) > 1}

    assert {module.__name__.rpartition(".")[2].rstrip("_") for module in BOX_COMMANDS} <= printed


@pytest.mark.parametrize("kind", KINDS)
def test_every_sli_kind_has_a_section(kind: str) -> None:
    """The language page describes each kind under its name, with an example that compiles (see below)."""
    assert kind in LANGUAGE.headings(3)


def test_every_key_of_the_language_is_documented() -> None:
    """Every key that the published schema takes is named on the language page."""
    keys = {key for each in properties(json.loads(schema_text())) for key in each}

    assert sorted(keys - set(LANGUAGE.code_spans)) == []


def properties(schema: object) -> Iterator[dict[str, object]]:
    """Every `properties` of a JSON Schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema["properties"]
        schema = list(schema.values())
    for each in schema if isinstance(schema, list) else ():
        yield from properties(each)


@pytest.mark.parametrize("target", FILE_NAMES)
def test_every_target_is_documented(target: str) -> None:
    """The language page names each target, and the name its output has by default."""
    row = next(line for line in LANGUAGE.path.read_text().splitlines() if line.startswith(f"| `{target}` | "))

    assert FILE_NAMES[target].replace("{set}", "<set>").replace("{alert}", "<alert>") in row


def yaml_blocks() -> list[Block]:
    """The blocks of YAML in all pages."""
    return [block for page in PAGES for block in page.blocks if block.language == "yaml"]


SPECIFICATIONS = [block for block in yaml_blocks() if block.text.startswith("version:")]
# Of specifications the whole, of rules a part; test_hooks.py reads what begins with `repos:`, for pre-commit.
EXCERPTS = [block for block in yaml_blocks() if not block.text.startswith(("version:", "repos:"))]


@pytest.mark.parametrize("block", SPECIFICATIONS, ids=block_ids)
def test_examples_of_specifications_compile(block: Block) -> None:
    """Every SLO file in the documentation can be copied and built."""
    assert compile_sources([Source("slos.yaml", block.text)], Request())


@pytest.mark.parametrize("block", EXCERPTS, ids=block_ids)
def test_excerpts_are_what_is_really_there(block: Block) -> None:
    """Every other piece of YAML stands, line by line, in `slos.yaml` or in the rules that are made of it."""
    (rules,) = compiled().files.values()
    pieces = re.split(r"^ *# \.\.\.\n", block.text, flags=re.MULTILINE)

    assert [piece for piece in pieces if piece not in rules and piece not in (ROOT / "slos.yaml").read_text()] == []


def test_lines_of_the_demo_are_from_a_real_run() -> None:
    """The events on the page of the demo are in the record of one run that `docs/pictures/make.py` made."""
    record = {line.rstrip() for line in (ROOT / "docs" / "pictures" / "demo.txt").read_text().splitlines()}
    demo = read(ROOT / "docs" / "demo.md")
    printed = [line for block in demo.blocks if block.language == "text" for line in block.text.splitlines()]

    assert [line for line in printed if line.strip() and line.rstrip() not in record] == []
    assert printed


def test_tables_of_tiers_are_those_of_the_compiler(planned: Plan) -> None:
    """A page that prints the tiers prints what an SLO of 99.9 % over 30 days really gets."""
    tiers = next(each.tiers for each in planned.slos if each.slo.name == "checkout-availability")
    pages = (ROOT / "docs" / "how-it-works.md", ROOT / "runbooks" / "README.md")
    rows = [line for page in pages for line in page.read_text().splitlines()]
    for tier in tiers:
        printed = [row for row in rows if row.startswith(f"| `{tier.name}` |")]
        wanted = [f"{tier.burn.normalize():f}", duration(tier.long), duration(tier.short), f"{tier.budget * 100} %"]

        assert len(printed) == len(pages)
        assert [row for row in printed if not all(re.search(rf"\b{re.escape(w)}", row) for w in wanted)] == []


def test_the_table_of_tiles_is_that_of_the_compiler() -> None:
    """How a window is put together is told as it is done."""
    text = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) x `(\w+)` \|$", text, re.MULTILINE)

    assert len(rows) >= 7
    for window, count, tile in rows:
        found = [size for size, _ in subwindows.split(int(parse_duration(window)))]
        assert found == [int(parse_duration(tile))] * int(count)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_local_addresses_use_the_ports_of_the_box(page: Page) -> None:
    """A printed address leads to one of the services of the box."""
    ports = set(re.findall(r"^\w+_PORT=(\d+)$", (ROOT / ".env").read_text(), re.MULTILINE))
    printed = set(re.findall(r"http://127\.0\.0\.1:(\d+)", page.path.read_text(encoding="utf-8")))

    assert printed <= ports


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_compose_commands_name_services_that_exist(page: Page) -> None:
    """`docker compose run`, `logs` and `restart` are followed by a service of the compose file."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    text = page.path.read_text(encoding="utf-8")
    named = re.findall(r"docker compose (?:run --rm|logs|restart) ([a-z]+)", text)

    assert set(named) <= set(services)


def test_the_first_steps_work_in_an_empty_folder(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """Whoever types what README says about the compiler alone gets rules that pass their tests."""
    (block,) = [block for block in README.blocks if block.language == "sh" and "slo init" in block.text]
    folders = [str(Path(sys.executable).parent), str(list(promtools.values())[-1].parent), os.environ["PATH"]]
    script = "\n".join(line for line in block.text.splitlines() if not line.startswith("pip install"))

    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        check=False,
    )

    rules = "".join(path.read_text() for path in tmp_path.glob("build/slo/prometheus/*.yml"))
    assert done.returncode == 0, "\n".join([done.stderr, *spoken_of(done.stderr, rules)])
    assert not re.search(r"(error|warning)\[SLO", done.stderr)  # infos name what to fill in next
    assert (tmp_path / "build" / "slo" / "prometheus").is_dir()
