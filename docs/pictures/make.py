"""Make the pictures of the README from one real run of the demo: `.venv/bin/python docs/pictures/make.py`.

Writes demo.txt (what the demo printed), demo.svg (its main events), timeline.svg (its error budget) and, where a
`chromium` is on PATH, pager.png (the pager's page while the alert fires), and puts the events into docs/demo.md.
`--from-text` does the same with the last run.
"""
# ruff: noqa: INP001 -- a script, no package

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.text import Text
from timeline import timeline

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WIDTH = 120
LOOK = "  budget "
STYLES = (
    (r"^\d\d:\d\d:\d\d\.\d\d +[+-] *[\d.]+ s", "bright_black"),
    (r"load spike.*|fault on.*", "yellow"),
    (r"fires in Prometheus|the pager rings|FIRING", "bold red"),
    (r"fault off|the pager says: resolved|\bok\b|ends in Prometheus|The page arrived and resolved\.", "bold green"),
    (r"█+", "green"),
    (r"░+", "bright_black"),
)
# As rich draws it, but without a font that is fetched from elsewhere.
FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" class="rich-terminal" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def run_demo() -> Iterator[str]:
    """Run the demo and yield its lines as they come; raises when it fails."""
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    command = [str(ROOT / ".venv" / "bin" / "box"), "demo", "--no-keep"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as demo:
        for line in demo.stdout or ():
            sys.stdout.write(line)
            yield line.rstrip()
    if demo.returncode:
        raise SystemExit(f"the demo ended with {demo.returncode}; the pictures stay as they are")


def without_paths(line: str) -> str:
    """Return a line without the folders of this machine."""
    return re.sub(r" \(/\S+\)", "", line)


def screenshot(url: str, target: Path) -> None:
    """Save what a browser shows at `url`; nothing happens where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={profile}",
            "--window-size=980,560",
            "--hide-scrollbars",
            f"--screenshot={target}",
        ]
        subprocess.run([browser, *flags, url], check=False, capture_output=True, timeout=60)


def record() -> list[str]:
    """Run the demo once, take a screenshot of the pager while the alert fires, and return the lines."""
    lines: list[str] = []
    pager = ""
    for line in run_demo():
        lines.append(without_paths(line))
        if "the pager: who was told what" in line:
            pager = line[line.index("http") :].split()[0]
        if "the pager rings" in line and pager:
            time.sleep(1)
            screenshot(pager, HERE / "pager.png")
    return lines


def excerpt(lines: list[str]) -> list[str]:
    """Return the part that fits a picture: events, the last look before each, the first table and the verdict."""
    begin = next(number for number, line in enumerate(lines) if "visitors come in" in line)
    end = next(number for number, line in enumerate(lines) if line.startswith("Detection against theory"))
    verdict = next(line for line in lines if line.startswith("The page "))
    events = [line for line, after in pairwise(lines[begin : end + 1]) if not (LOOK in line and LOOK in after)]
    return [*events, verdict]


def draw(lines: list[str]) -> str:
    """Return the lines as a picture of a terminal."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in lines:
        text = Text(line)
        for pattern, style in STYLES:
            text.highlight_regex(pattern, style)
        console.print(text, no_wrap=True, overflow="ellipsis")
    picture = console.export_svg(title="make demo", code_format=FRAME, unique_id="demo")
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def update_page(lines: list[str], page: Path) -> None:
    """Put the events of the run into the page, in place of those of an earlier one."""
    begin = next(number for number, line in enumerate(lines) if "visitors come in" in line)
    events = [line for line in lines[begin:] if re.match(r"\d\d:", line) and LOOK not in line]
    block = "```text\n" + "\n".join(events) + "\n```"
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"```text\n.*?\n```", lambda _: block, text, count=1, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    """Make all pictures."""
    text = HERE / "demo.txt"
    if "--from-text" not in sys.argv:
        text.write_text("\n".join(record()) + "\n", encoding="utf-8")
    lines = text.read_text(encoding="utf-8").splitlines()
    (HERE / "demo.svg").write_text(draw(excerpt(lines)), encoding="utf-8")
    (HERE / "timeline.svg").write_text(timeline(lines), encoding="utf-8")
    update_page(lines, ROOT / "docs" / "demo.md")


if __name__ == "__main__":
    main()
