"""The emitted unit tests notice when a rule is wrong: each mutation of the rules makes promtool fail."""

import re
from collections.abc import Mapping
from pathlib import Path

from slo.model import Scale, SloSet
from tests.documents import dump, load
from tests.rules.judge import failures
from tests.rules.kinds import EXPRESSIONS, KINDS, compiled, specification
from tests.specimens import DAY, LAYOUT, availability, emitted, latency, objective, slo_set

LOST_TILE = r'(?s)(record: slo:events:%s\n.*?)\n +or label_replace\(slo:[^\n]*(?:\n +or [^\n]*)?"tile", "%d", "", ""\)'
WEIGHT = r"\* ignoring \(kind\) clamp_max\(slo:events:%s\S+ / \d+\n +\+ \(slo:events:%s\S+ >= bool \d+\), 1\) "
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
    "the 1h window lost a tile": ("slow burn", LOST_TILE % ("1h", 1), r"\1"),
    "the 2h window lost a tile": ("slow burn", LOST_TILE % ("2h", 1), r"\1"),
    "the long window of a page counts as if it were recorded in full": (
        "fresh start",
        WEIGHT % ("1h", "1h"),
        "",
    ),
    "the long window of a ticket counts as if it were recorded in full": (
        "fresh start",
        WEIGHT % ("12h", "12h"),
        "",
    ),
    "a window with a third of its seconds counts in part": ("slow burn", r"\+ \(slo:events:\S+ >= bool \d+\)", ""),
    "the budget is spent as if its window were recorded in full": (
        "fresh start",
        r" \* slo:window_covered:ratio\S+",
        "",
    ),
    "a service without bad series is not measured": ("healthy", r"(?m)^ +or 0 \* sum\(.*\n", ""),
    "idle is divided by zero": ("idle", r'(kind="total"}) > 0\)', r"\1)"),
    "an idle SLO has no budget": ("idle", r"(?m)^ +or 0 \* slo:budget:ratio\S+ \+ 1\n", ""),
    "NoData means that there are data": ("idle", r"vector\(1\) unless on \(\) slo:", "vector(1) and on () slo:"),
    "NoData ends with the first record": ("series gone", r"(?m)^ +keep_firing_for: .*\n", ""),
    "NoData does not wait": ("series gone", r"(?m)^ +for: .*\n", ""),
    "NoData waits for ever": ("series gone", "for: .*", "for: 10h"),
    "the target is not asked": ("target up", r" unless on \(\) \(up[^\n']*('?)\n +for: .*", r"\1"),  # nor waited for
    "the target is asked the wrong way round": ("target down", r'up{job="api"} == 1', 'up{job="api"} == 0'),
    "a page is a ticket": ("total outage", "severity: page", "severity: ticket"),
    "a ticket is a page": ("total outage", "severity: ticket", "severity: page"),
    "two tiers have the same name": ("total outage", "tier: page-slow", "tier: page-fast"),
    "an alert has another name": ("total outage", "alert: SvcApiBudgetBurn", "alert: SvcApiBurn"),
    "one failure is enough": ("few failures", ">= 1.5", ">= 0"),
    "far too many failures are needed": ("total outage", ">= 1.5", ">= 1e9"),
    "a page goes on as long as its long window": ("recovery", r"(?m)^ +and slo:error_ratio:5m.*\n", ""),
    "a page looks at a short window that is too long": (
        "recovery",
        r"(?m)^( +and) slo:error_ratio:5m",
        r"\1 slo:error_ratio:30m",
    ),
    "a ticket goes on as long as its long window": ("recovery", r"(?m)^ +and slo:error_ratio:30m.*\n", ""),
    "the budget is never exhausted": ("total outage", "<= 0", "< -1e9"),
    "the budget recovers at zero": ("wavering", r"(?m)^ +or slo:budget_remaining\S+ < .*\n +and on .*\n", ""),
    "the budget recovers too late": ("wavering", r"< 0\.05", "< 0.09"),
    "the budget is spent before it is": (
        "wavering",
        r'and on \(service, slo\) ALERTS\S+"firing"}',
        "and on () vector(1)",
    ),
    "the budget is exhausted half way": ("total outage", "<= 0", "<= 0.5"),
    "the budget is ten times as large": ("healthy", r"\+ 0\.001\b", "+ 0.01"),
    "good events are bad": ("healthy", r'\{code=~"5\.\."\}', ""),
    "bad events are not counted as bad": ("total outage", r"5\.\.", "6.."),
    "another bucket is read": ("healthy", r"0\\\\?\.30\*", r"0\\\\.20*"),
    "the ratio is upside down": (
        "slow burn",
        r'(slo:events:1h\S+kind=)"bad"}(\s+/ ignoring)',
        r'\1"total"}\2',
    ),
}


ONE_BY = r"(?m)(?<=sum) by \(tenant\)"
FIRST_OVERRIDE = r"(0 \* sum without \(kind\) \(slo:events:1d\S+tenant=\"gold\"}\) \+ 0\.001)\n +or (.*)"

# what is wrong -> (SLO of tests/rules/kinds.py, scenario that notices it, pattern in the rules, replacement)
OF_KINDS = {
    "a tile holds six minutes": ("under", "healthy", r"4m59s999ms:1m", "5m59s999ms:1m"),
    "a tile holds four minutes": ("under", "healthy", r"4m59s999ms:1m", "3m59s999ms:1m"),
    "a slice is half a minute": ("under", "healthy", r"4m59s999ms:1m", "4m59s999ms:30s"),
    "bad minutes of a longer tile": ("under", "slow burn", r"> bool 100\)\[4m59s", "> bool 100)[5m59s"),
    "the limit itself is bad": ("under", "healthy", "> bool 100", ">= bool 100"),
    "the limit is missed by one": ("under", "total outage", "> bool 100", "> bool 101"),
    "the limit is one lower": ("under", "healthy", "> bool 100", "> bool 99"),
    "bad minutes are left out and not counted": ("under", "healthy", "> bool 100", "> 100"),
    "the wrong side of the limit": ("over", "total outage", "< bool 0.25", "> bool 0.25"),
    "a bad probe is a good one": ("up", "total outage", "< bool 1", "< bool 0"),
    "a probe is remembered for too long": ("up", "slow burn", r"\[59s999ms\]", "[2m59s999ms]"),
    "an old success is young": ("fresh", "total outage", "> bool 900", "> bool 9000"),
    "a young success is old": ("fresh", "healthy", "> bool 900", "> bool -1"),
    "what is good is counted as the error": ("error", "healthy", r"clamp\(avg", "clamp(1 - avg"),
    "what is bad is counted as the success": ("success", "healthy", r"1 - avg", "avg"),
    "one bad event does not spoil a slice": ("sliced", "total outage", "> bool 0.01", "> bool 1"),
    "one good event saves no slice": ("sliced", "healthy", "> bool 0.01", ">= bool 0"),
    "a slice reaches far back": ("sliced", "slow burn", r"1m14s999ms", "5m15s"),
    "members are added up": ("grouped", "total outage", ONE_BY, ""),
    "bad events of all members are those of each": (
        "grouped",
        "total outage",
        r"sum by \(tenant\) \(rate\(gr_total\{code",
        "sum by (tenant) (label_replace(vector(1),'tenant','one','','')) * on () group_left () sum (rate(gr_total{code",
    ),
    "an objective of one member is that of all": ("grouped", "total outage", FIRST_OVERRIDE, r"\1"),
    "the objective of all comes first": ("grouped", "total outage", FIRST_OVERRIDE, r"\2\n          or \1"),
    "the exception is for somebody else": ("grouped", "total outage", r'tenant="gold"', 'tenant="silver"'),
    "thresholds are those of the group": ("grouped", "total outage", r"\(4\.8 \* slo:budget\S+\)", "0.048"),
    "the group counts one member": (
        "grouped",
        "total outage",
        r"sum without \(tenant, kind\) \((slo:events:1d\S+kind=\"bad\"})\)\n",
        r"max without (tenant, kind) (\1)\n",
    ),
    "the group forgets the budgets of its members": (
        "grouped",
        "total outage",
        r" \* ignoring \(kind\) slo:budget:ratio\S+\)",
        " * 0.01)",
    ),
    "the group spends as if its window were recorded in full": (
        "grouped",
        "total outage",
        r"> 0\) \* \(max without [^)]*\) \([^)]*\) / 86400\)",
        "> 0)",
    ),
    "a member that left is missed at once": ("grouped", "series gone", r"(?s)(MemberNoData.*?)for: \S+", r"\1for: 1m"),
    "a member that left is never missed": ("grouped", "series gone", r"(?s)(MemberNoData.*?)> 0 ", r"\1> 1e9 "),
    "nobody is left, and each is missed": (
        "grouped",
        "series gone",
        r"and on \(\) slo:events:5m\S+",
        "and on () vector(1)",
    ),
    "one member that left means that all did": (
        "grouped",
        "series gone",
        r"vector\(1\) unless on \(\) (slo:events:5m\{[^}]*\})",
        r"vector(1) unless on () (count(\1) > 1)",
    ),
    "the tile of a group lost a label": ("grouped-twice", "total outage", r"by \(tenant, region\)", "by (tenant)"),
    "info tells another objective": ("grouped", "healthy", "objective: '0.99'", "objective: '0.999'"),
    "info tells another window": ("grouped", "healthy", "window: '1d'", "window: '30d'"),
    "info is not there": ("under", "healthy", "record: slo:info", "record: slo:facts"),
    "info counts twice": ("under", "healthy", r"expr: vector\(1\)|expr: 'vector\(1\)'", "expr: 'vector(2)'"),
    "first values are not counted": ("bridged", "lost data", r"\n +or \(max_over.* and on \(job.*", ""),
    "gaps are not bridged": ("bridged", "lost data", r"(?s)\(max_over_time\(.*?\n +or (?=\d+ \* rate)", ""),
    "gaps are counted from zero": ("bridged", "lost data", r" - last_over_time\([^)]*\) >= 0", " < -1"),
    "a new target brings its past": ("bridged", "lost data", r"and on \(job, instance\)", "and on ()"),
    "a gap of latency is bad": (
        "bridged-latency",
        "lost data",
        r"(?s)\(max_over_time\(br_seconds_bucket.*?\n +or (?=\d+ \* rate\(br_seconds_bucket)",
        "",
    ),
}


# the same for queries that are expressions
OF_EXPRESSIONS = {
    "one of two counters is left out": (
        "sum",
        "healthy",
        r" or label_replace\(sum\(rate\(rpc_total\[.*?\)\), .*?\)",
        "",
    ),
    "failures of one of two counters are left out": ("sum", "total outage", r"Internal\|Unknown", "Intern|Unknow"),
    "what is not counted is added": (
        "difference",
        "healthy",
        r"- \(sum by \(tenant\) \(rate\(probes",
        "+ (sum by (tenant) (rate(probes",
    ),
    "another bucket is read": ("slow", "healthy", r"250\(", "500("),
    "nothing is joined": ("joined", "healthy", "jo_owner", "jo_nobody"),
    "failures are not sliced": ("sliced-sum", "total outage", "> bool 0.01", "> bool 1"),
    "a share of something else": ("ratio-5m", "total outage", 'code="500', 'code="404'),
    "the share is upside down": ("replicas", "healthy", r"sum\(re_available\)", "0.5 * sum(re_available)"),
    "one more instance is wanted": ("instances", "healthy", "< bool 3", "< bool 4"),
    "one instance less is wanted": ("instances", "total outage", "< bool 3", "< bool 2"),
    "another quantile": ("quantile", "total outage", "> bool 0.3", "> bool 3"),
    "a mean of more": ("mean", "series gone", r"\[3m\]", "[9m]"),
    "the time is lost": ("age", "healthy", "/ 1000", "* 0"),
}


Mutation = tuple[tuple[str, str], str, str, str]
"""Sound rules and their tests, the scenario that notices the mutation, pattern and replacement."""


def members() -> SloSet:
    """Both kinds of SLIs, with and without a target, over a day: everything comes soon."""
    return slo_set(
        objective("api", window=DAY, sli=availability("requests_total"), target='up{job="api"}'),
        objective("fast", window=DAY, sli=latency("seconds")),
    )


def test_wrong_rules_fail(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """Each mutated rule file fails the scenario made for it, and not because it would not load."""
    sound = emitted("prometheus", members(), FAST), emitted("tests", members(), FAST)
    assert unnoticed(tmp_path, promtools, {wrong: (sound, *how) for wrong, how in MUTATIONS.items()}) == []


def test_wrong_rules_of_a_kind_fail(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """The same for what only some kinds of SLIs have: slices, members, and data that are bridged."""
    assert unnoticed(tmp_path, promtools, _mutations(KINDS, OF_KINDS)) == []


def test_wrong_rules_of_an_expression_fail(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """The same for expressions: each operand is driven, and so is each side of a limit."""
    assert unnoticed(tmp_path, promtools, _mutations(EXPRESSIONS, OF_EXPRESSIONS)) == []


def _mutations(kinds: Mapping[str, str], wrong: Mapping[str, tuple[str, str, str, str]]) -> dict[str, Mutation]:
    """Each mutation with the sound rules and tests of its SLO."""
    made = {kind: compiled(specification({kind: kinds[kind]})) for kind, *_ in wrong.values()}
    sound = {kind: (emitted("prometheus", one), emitted("tests", one)) for kind, one in made.items()}
    return {name: (sound[kind], case, text, other) for name, (kind, case, text, other) in wrong.items()}


def unnoticed(folder: Path, promtools: dict[str, Path], mutations: Mapping[str, Mutation]) -> list[str]:
    """Which mutations of rules pass the cases of their scenario, all of them tried by one newest promtool."""
    files = {}
    for number, (wrong, ((rules, tests), scenario, pattern, replacement)) in enumerate(mutations.items()):
        mutated = re.sub(pattern, replacement, rules)
        assert mutated != rules, wrong
        place = folder / str(number)
        place.mkdir()
        (place / LAYOUT["prometheus"]).write_text(mutated, encoding="utf-8")
        files[wrong] = place / LAYOUT["tests"]
        files[wrong].write_text(only(scenario, tests), encoding="utf-8")
    said = failures(list(promtools.values())[-1], list(files.values()))
    return [wrong for wrong, file in files.items() if not {"exp", "got"} <= set(re.findall(r"\w+", said.get(file, "")))]


def test_every_scenario_notices_something() -> None:
    """No scenario of the emitted tests is without a mutation that it alone has to find."""
    named = {case["name"].partition(":")[0] for case in load(emitted("tests", members(), FAST))["tests"]}
    assert named == {scenario for scenario, _, _ in MUTATIONS.values()}


def only(scenario: str, tests: str) -> str:
    """The test file with the cases of one scenario."""
    file = load(tests)
    file["tests"] = [case for case in file["tests"] if case["name"].startswith(f"{scenario}:")]
    assert file["tests"]
    return dump(file)
