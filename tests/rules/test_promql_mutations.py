"""Thousands of damaged queries: slo accepts none that every Prometheus refuses, and refuses others only on purpose.

Where promql-parser, an independent parser, accepts a query too, both trees are equal.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest

from slo.promql import PromqlError, parse_expr
from tests.promql_oracle import shape, shape_of_oracle
from tests.rules.test_promql_readers import EXPRESSIONS, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKENS = re.compile(r"""\s+|"[^"]*"|'[^']*'|`[^`]*`|[\w:.]+|=~|!~|!=|==|>=|<=|.""", re.DOTALL)
QUERIES = [
    *EXPRESSIONS,
    'sum by (job) (rate(http_requests_total{code=~"5..",job!="x"}[5m])) / on (job) group_left (team) up',
    "histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[5m] offset 1d @ end())))",
    'clamp_min(max_over_time(queue_depth{a="b"}[1h:1m] offset 5m), 0) unless on () vector(time() % 86400) > bool 3',
]
WORDS = sorted({word for query in QUERIES for word in TOKENS.findall(query)})
ON_PURPOSE = re.compile(
    r"not UTF-8|the metric has two names|is experimental|nested too deeply|operators in one query|renamed"
    r'|^expected .*, not "(?i:and|or|unless|by|without|on|ignoring|bool|atan2|offset|group_left|group_right)"$'
)
"""What slo refuses though every Prometheus reads it: slips, such as a metric called `by`."""


def mutations(seed: int, count: int) -> Iterator[str]:
    """Yield queries of which a few tokens are missing, doubled, exchanged, or replaced by another one."""
    rnd = random.Random(seed)  # noqa: S311 - a test
    for _ in range(count):
        words = TOKENS.findall(rnd.choice(QUERIES))
        for _ in range(rnd.choice((1, 1, 2))):
            here, there = rnd.randrange(len(words) or 1), rnd.randrange(len(words) or 1)
            change = rnd.randrange(5)
            if change == 0:
                words[here : here + 1] = []
            elif change == 1:
                words[here:here] = words[there : there + 1]
            elif change == 2:
                words[here : here + 1], words[there : there + 1] = words[there : there + 1], words[here : here + 1]
            else:
                words[here : here + (change == 3)] = [rnd.choice(WORDS)]
        yield "".join(words)


def reason(text: str) -> str:
    """Why slo refuses a query, or nothing."""
    try:
        parse_expr(text)
    except PromqlError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_damaged_queries(seed: int, promtools: dict[str, Path], tmp_path: Path) -> None:
    """Two versions of Prometheus judge 6,000 of them."""
    texts = [text for text in dict.fromkeys(mutations(seed, 6_000)) if text.strip() and "$" not in text]
    bad = [refused(tool, texts, tmp_path) for tool in promtools.values()]
    reasons = [reason(text) for text in texts]
    by_all, by_any = set.intersection(*bad), set.union(*bad)

    accepted = [text for n, text in enumerate(texts) if not reasons[n]]
    assert len(accepted) > 600
    assert [text for n, text in enumerate(texts) if not reasons[n] and n in by_all] == []
    if len(promtools) > 1:  # a single one also reads what the other does not
        wrong = [n for n, why in enumerate(reasons) if why and n not in by_any and not ON_PURPOSE.search(why)]
        assert [(texts[n], reasons[n]) for n in wrong] == []
    different = [
        text for text in accepted if (other := shape_of_oracle(text)) and shape(parse_expr(text).tree) != other
    ]
    assert different == []
