"""Draw the pictures of docs/concepts.md: `.venv/bin/python docs/pictures/concepts.py`."""
# ruff: noqa: INP001 -- a script, no package

from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path

FOLDER = Path(__file__).parent / "concepts"
WIDTH, HEIGHT = 680, 210
GOOD, BAD, BUDGET, PLAIN, PALE, INK = "#2e9e5b", "#d1435b", "#3b6fd4", "#8a94a6", "#e3e7ee", "#1f2733"
HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img">
<style>text {{ font: 14px system-ui, "DejaVu Sans", sans-serif; fill: {INK} }} .small {{ font-size: 12px }}
.code {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px }}</style>
<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#fff"/>
"""
Parts = Iterable[str]


def text(x: float, y: float, words: str, anchor: str = "start", style: str = "", colour: str = INK) -> str:
    """Return a line of text; `style` is `small` or `code`."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" class="{style}" style="fill:{colour}">{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    """Return a filled rectangle."""
    size = f'width="{width:g}" height="{height:g}" rx="3"'
    return f'<rect x="{x:g}" y="{y:g}" {size} fill="{colour}" opacity="{opacity:g}"/>'


def line(*points: tuple[float, float], colour: str = INK, width: float = 2, dash: str = "") -> str:
    """Return a line through points."""
    way = " ".join(f"{x:g},{y:g}" for x, y in points)
    return (
        f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dash}"/>'
    )


def dot(x: float, y: float, colour: str) -> str:
    """Return a filled circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="{colour}"/>'


def sli() -> Parts:
    """Twenty requests, two of them bad."""
    bad = {6, 13}
    for number in range(20):
        yield dot(50 + number * 30, 70, BAD if number in bad else GOOD)
    yield text(40, 36, "20 requests")
    yield text(40, 120, "good: 18", colour=GOOD)
    yield text(40, 142, "bad: 2", colour=BAD)
    yield text(40, 180, "SLI = good / total = 18 / 20 = 90 %", style="code")
    yield text(370, 180, "error ratio = bad / total = 10 %", style="code")


def objective() -> Parts:
    """The target on a scale of good events."""
    yield line((40, 100), (640, 100), colour=PLAIN)
    for x, label, anchor in ((40, "99.5 %", "start"), (340, "99.75 %", "middle"), (640, "100 %", "end")):
        yield line((x, 94), (x, 106), colour=PLAIN)
        yield text(x, 126, label, anchor, "small")
    yield box(520, 90, 120, 20, GOOD, 0.35)
    yield line((520, 64), (520, 116), width=3)
    yield text(520, 54, "objective: 99.9 %", "middle")
    yield text(640, 84, "met", "end", "small", GOOD)
    yield box(40, 90, 480, 20, BAD, 0.15)
    yield text(40, 84, "missed", style="small", colour=BAD)
    yield text(40, 180, "of all events in the window, at least 99.9 % are good", style="code")


def budget() -> Parts:
    """The part of all events that may be bad, and how much of it is left."""
    yield text(40, 36, "1,000,000 requests in 30 days")
    yield box(40, 48, 596, 22, GOOD, 0.5)
    yield box(636, 48, 4, 22, BAD)
    yield line((638, 74), (638, 92), (40, 92), (40, 104), colour=PLAIN, width=1)
    yield line((638, 92), (638, 104), colour=PLAIN, width=1)
    yield text(40, 122, "error budget: 1 - 99.9 % = 0.1 %, here 1,000 requests")
    yield box(40, 132, 180, 22, BAD, 0.7)
    yield box(220, 132, 420, 22, BUDGET, 0.6)
    yield text(50, 148, "300 bad", style="small")
    yield text(230, 148, "budget remaining: 700 = 70 %", style="small")
    yield text(40, 188, "budget remaining = 1 - error ratio / error budget = 1 - 0.03 % / 0.1 % = 70 %", style="code")


def window() -> Parts:
    """A bad day that leaves the rolling window."""
    for row, (start, label) in enumerate(((60, "today"), (140, "4 days later"))):
        y = 56 + row * 64
        yield text(40, y - 10, label, style="small")
        yield line((40, y + 12), (640, y + 12), colour=PALE, width=24)
        yield box(start, y, 460, 24, BUDGET, 0.3)
        yield text(start + 230, y + 17, "30 days", "middle", "small")
        yield box(100, y, 14, 24, BAD)
    yield text(107, 158, "outage", "middle", "small", BAD)
    yield text(
        40, 190, "a rolling window moves with time: the outage leaves it, and the budget comes back", style="small"
    )


def burn_rate() -> Parts:
    """Budget remaining over 30 days at three burn rates."""
    left, right, top, bottom = 70, 560, 24, 160
    yield line((left, top), (left, bottom), (right, bottom), colour=PLAIN, width=1.5)
    for share in (0, 50, 100):
        yield text(left - 8, bottom - (bottom - top) * share / 100 + 4, f"{share} %", "end", "small")
    for day in (0, 2, 5, 10, 15, 30):
        x = left + (right - left) * day / 30
        yield text(x, bottom + 18, f"{day}d", "middle", "small")
    for rate, colour, label in ((14.4, BAD, "14.4: 2 days"), (2, "#d98a1f", "2: 15 days"), (1, GOOD, "1: 30 days")):
        end = left + (right - left) / rate
        yield line((left, top), (end, bottom), colour=colour, width=2.5)
        yield text(end + 6, bottom - 10, label, style="small", colour=colour)
    yield text(left + 150, top + 12, "error budget remaining, at burn rate", style="small")
    yield text(40, 200, "burn rate = error ratio / error budget", style="code")


def two_windows() -> Parts:
    """The ratio of the long and of the short window during and after an outage."""
    left, right, top, bottom, limit = 60, 640, 30, 150, 118
    yield line((left, top), (left, bottom), (right, bottom), colour=PLAIN, width=1.5)
    yield box(160, bottom + 4, 140, 8, BAD)
    yield text(230, bottom + 28, "errors", "middle", "small", BAD)
    yield line((left, limit), (right, limit), colour=INK, width=1, dash="5 4")
    yield text(left + 6, limit - 6, "threshold", style="small")
    yield line((60, 150), (160, 150), (185, 44), (300, 44), (325, 150), (640, 150), colour="#d98a1f")
    yield line((60, 150), (160, 150), (300, 76), (560, 76), (640, 118), colour=BUDGET)
    yield text(196, 38, "short window, 5m: back soon after the errors stop", style="small", colour="#b26d10")
    yield text(345, 70, "long window, 1h: high for an hour", style="small", colour=BUDGET)
    fires, ends = 220, 317
    yield box(fires, bottom + 36, ends - fires, 10, INK)
    yield text(ends + 10, bottom + 46, "the alert fires only while both are above the threshold", style="small")


def tiers() -> Parts:
    """Time to detection of the four tiers of a 99.9 % SLO over 30 days."""
    rows = (
        ("page-fast", 14.4, "1h / 5m"),
        ("page-slow", 6, "6h / 30m"),
        ("ticket-fast", 3, "1d / 2h"),
        ("ticket-slow", 1, "3d / 6h"),
    )
    yield text(40, 28, "alert tier", style="small")
    yield text(150, 28, "burn rate", style="small")
    yield text(230, 28, "long / short", style="small")
    yield text(330, 28, "budget spent when it fires", style="small")
    hours = {"1h": 1, "6h": 6, "1d": 24, "3d": 72}
    for number, (name, burn, windows) in enumerate(rows):
        y = 54 + number * 36
        share = burn * hours[windows.split(" ")[0]] / (30 * 24)
        yield text(40, y, name, style="code")
        yield text(150, y, f"{burn:g}", style="code")
        yield text(230, y, windows, style="code")
        yield box(330, y - 14, share * 2400, 18, BAD if name.startswith("page") else "#d98a1f", 0.8)
        yield text(336 + share * 2400, y, f"{share:.0%}".replace("%", " %"), style="small")
    yield text(40, 200, "fast burn: page within minutes; slow burn: ticket before the budget is gone", style="small")


def subwindows() -> Parts:
    """An hour as two half hours as six times five minutes."""
    left, width = 110, 520
    for row, (name, parts) in enumerate((("5m", 12), ("30m", 2), ("1h", 1))):
        y = 30 + row * 46
        yield text(40, y + 20, name, style="code")
        each = width / parts
        for part in range(parts):
            yield box(left + part * each + 1, y, each - 2, 30, BUDGET, 0.25 + row * 0.2)
            yield text(left + (part + 0.5) * each, y + 20, ("2", "12", "24")[row], "middle", "small")
    yield text(
        40, 182, "events are counted once, in five minutes; longer windows add counts, never ratios", style="small"
    )
    yield text(40, 200, "12 x 2 = 24", style="code")


def coverage() -> Parts:
    """A new server that knows a fifth of its window."""
    yield text(40, 36, "window: 1h; Prometheus has run for 12 minutes")
    yield box(40, 50, 600, 26, PALE)
    yield box(520, 50, 120, 26, BUDGET, 0.6)
    yield text(280, 68, "not recorded: counts as good", "middle", "small")
    yield text(580, 68, "recorded", "middle", "small")
    yield text(40, 112, "error ratio of what is recorded: 2 %")
    yield text(370, 112, "coverage: 12m / 1h = 20 %")
    yield text(40, 150, "alert condition: error ratio x coverage > threshold", style="code")
    yield text(40, 174, "2 % x 20 % = 0.4 %, threshold 1.44 %: no alert", style="code")


def no_data() -> Parts:
    """An idle service and a service whose metric is gone."""
    for label, end, y in (("idle: the counter exists and does not grow", 640, 60), ("gone: no series", 260, 130)):
        yield text(40, y - 14, label, style="small")
        yield line((40, y + 20), (640, y + 20), colour=PALE, width=2)
        yield line((40, y + 20), (120, y + 8), (200, y), (end, y), colour=GOOD)
    yield text(640, 52, "no alert", "end", "small", GOOD)
    yield line((260, 118), (260, 156), colour=PLAIN, width=1, dash="3 3")
    yield line((400, 118), (400, 156), colour=PLAIN, width=1, dash="3 3")
    yield text(330, 146, "10 minutes", "middle", "small")
    yield box(400, 126, 240, 10, BAD)
    yield text(410, 120, "NoData fires", style="small", colour=BAD)
    yield text(
        40, 190, "missing data is neither good nor bad: the budget stays as it is, and NoData fires", style="small"
    )


PICTURES: dict[str, Callable[[], Parts]] = {
    "sli": sli,
    "objective": objective,
    "error-budget": budget,
    "window": window,
    "burn-rate": burn_rate,
    "two-windows": two_windows,
    "alert-tiers": tiers,
    "subwindows": subwindows,
    "coverage": coverage,
    "no-data": no_data,
}


def drawn() -> dict[str, str]:
    """Return the text of each SVG by its name."""
    return {f"{name}.svg": HEAD + "\n".join(parts()) + "\n</svg>\n" for name, parts in PICTURES.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, picture in drawn().items():
        (FOLDER / name).write_text(picture, encoding="utf-8")
