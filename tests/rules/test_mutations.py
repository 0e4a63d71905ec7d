"""The emitted unit tests notice when a rule is wrong: each mutation of the rules makes promtool fail."""

import re
from pathlib import Path

import pytest
import yaml

from slo.model import Scale, SloSet
from tests.rules.judge import verdict
from tests.specimens import DAY, LAYOUT, availability, emitted, latency, objective, slo_set

LOST_TILE = r'(?s)(slo:events:%s\n.*?)\n +or label_replace\([^\n]*"tile", "%d", "", ""\)'
FAST = Scale(factor=60, interval=1, scrape_interval=1)

# what is wrong -> (scenario that notices it, pattern in the rules, replacement)
MUTATIONS = {
    "page-fast asks for twice the errors": ("fresh start", r"> 0\.006\b", "> 0.012"),
    "page-slow asks for twice the errors": ("fresh start", r"> 0\.0036\b", "> 0.0072"),
    "ticket-fast asks for twice the errors": ("slow burn", r"> 0\.0016\b", "> 0.0032"),
    "ticket-slow asks for twice the errors": ("total outage", r"> 0\.001\b", "> 0.002"),
    "page-fast is content with half the errors": ("fresh start", r"> 0\.006\b", "> 0.003"),
    "page-slow is content with half the errors": ("slow burn", r"> 0\.0036\b", "> 0.0018"),
    "ticket-fast is content with half the errors": ("slow burn", r"> 0\.0016\b", "> 0.0008"),
    "ticket-slow is content with half the errors": ("slow burn", r"> 0\.001\b", "> 0.0005"),
    "the 1h window lost a tile": ("slow burn", LOST_TILE % ("1h", 4), r"\1"),
    "the 2h window lost a tile": ("slow burn", LOST_TILE % ("2h", 1), r"\1"),
    "the long window of a page counts as if it were recorded in full": (
        "fresh start",
        r'\* ignoring \(kind\) slo:events:1h\S+kind="covered"} / 60 ',
        "",
    ),
    "the long window of a ticket counts as if it were recorded in full": (
        "fresh start",
        r'\* ignoring \(kind\) slo:events:12h\S+kind="covered"} / 720 ',
        "",
    ),
    "the budget is spent as if its window were recorded in full": (
        "fresh start",
        r" \* slo:window_covered:ratio",
        "",
    ),
    "a service without bad series is not measured": ("healthy", r"(?m)^ +or 0 \* sum\(.*\n", ""),
    "idle is divided by zero": ("idle", r'(kind="total"}\)) > 0\)', r"\1)"),
    "an idle SLO has no budget": ("idle", r"(?m)^ +or 0 \* slo:budget:ratio\S+ \+ 1\n", ""),
    "NoData means that there are data": ("idle", r"vector\(1\) unless on \(\) slo:", "vector(1) and on () slo:"),
    "NoData does not wait": ("series gone", r"(?m)^ +for: 10s\n", ""),
    "NoData waits for ever": ("series gone", "for: 10s", "for: 10h"),
    "the target is not asked": ("target up", r"(?m) unless on \(\) \(up[^\n']*", ""),
    "the target is asked the wrong way round": ("target down", r'up{job="api"} == 1', 'up{job="api"} == 0'),
    "a page is a ticket": ("total outage", "severity: page", "severity: ticket"),
    "a ticket is a page": ("total outage", "severity: ticket", "severity: page"),
    "two tiers have the same name": ("total outage", "tier: page-slow", "tier: page-fast"),
    "an alert has another name": ("total outage", "alert: SvcApiBudgetBurn", "alert: SvcApiBurn"),
    "one failure is enough": ("few failures", ">= 2", ">= 0"),
    "far too many failures are needed": ("total outage", ">= 2", ">= 1e9"),
    "a page goes on as long as its long window": ("recovery", r"(?m)^ +and slo:error_ratio:5m.*\n", ""),
    "a page looks at a short window that is too long": (
        "recovery",
        r"(?m)^( +and) slo:error_ratio:5m",
        r"\1 slo:error_ratio:30m",
    ),
    "a ticket goes on as long as its long window": ("recovery", r"(?m)^ +and slo:error_ratio:30m.*\n", ""),
    "the budget is never exhausted": ("total outage", "<= 0", "< -1e9"),
    "the budget is exhausted half way": ("total outage", "<= 0", "<= 0.5"),
    "the budget is ten times as large": ("healthy", r"\+ 0\.001\b", "+ 0.01"),
    "good events are bad": ("healthy", r'\{code=~"5\.\."\}', ""),
    "bad events are not counted as bad": ("total outage", r"5\.\.", "6.."),
    "another bucket is read": ("healthy", r"0\\\\?\.30\*", r"0\\\\.20*"),
    "the ratio is upside down": (
        "slow burn",
        r'sum without \(kind\) \((slo:events:1h\S+kind=)"bad"}\)',
        r'sum without (kind) (\1"total"})',
    ),
}


def members() -> SloSet:
    """Both kinds of SLIs, with and without a target, over a day: everything comes soon."""
    return slo_set(
        objective("api", window=DAY, sli=availability("requests_total"), target='up{job="api"}'),
        objective("fast", window=DAY, sli=latency("seconds")),
    )


@pytest.fixture(scope="module")
def sound() -> tuple[str, str]:
    """Rules and tests as they should be."""
    return emitted("prometheus", members(), FAST), emitted("tests", members(), FAST)


def test_sound_rules_pass(sound: tuple[str, str], tmp_path: Path, promtool: Path) -> None:
    """Without a mutation nothing fails, or the failures below would mean nothing."""
    assert not judged(sound, tmp_path, promtool)


@pytest.mark.parametrize("wrong", MUTATIONS)
def test_wrong_rules_fail(wrong: str, sound: tuple[str, str], tmp_path: Path, promtools: dict[str, Path]) -> None:
    """A mutated rule file fails the scenario made for it, and not because it would not load."""
    rules, tests = sound
    scenario, pattern, replacement = MUTATIONS[wrong]
    mutated, changes = re.subn(pattern, replacement, rules)
    assert changes
    assert mutated != rules
    said = judged((mutated, only(scenario, tests)), tmp_path, list(promtools.values())[-1])
    assert "exp" in said
    assert "got" in said


def test_every_scenario_notices_something(sound: tuple[str, str]) -> None:
    """No scenario of the emitted tests is without a mutation that it alone has to find."""
    named = {case["name"].partition(":")[0] for case in yaml.safe_load(sound[1])["tests"]}
    assert named == {scenario for scenario, _, _ in MUTATIONS.values()}


def only(scenario: str, tests: str) -> str:
    """The test file with the cases of one scenario."""
    file = yaml.safe_load(tests)
    file["tests"] = [case for case in file["tests"] if case["name"].startswith(f"{scenario}:")]
    assert file["tests"]
    return yaml.safe_dump(file)


def judged(files: tuple[str, str], folder: Path, promtool: Path) -> str:
    """What promtool says about rules and tests."""
    for name, text in zip(("prometheus", "tests"), files, strict=True):
        (folder / LAYOUT[name]).write_text(text, encoding="utf-8")
    return verdict(promtool, folder / LAYOUT["tests"])
