"""Damages specifications in ways that people and programs do: typos, moved and missing parts, broken bytes."""

from __future__ import annotations

import random
from typing import Any

import yaml

from slo.load import Source, parse

SPEC = """\
version: 1
service: shop
set: shop
owner: checkout
labels: {env: demo}
links: {runbooks: "http://127.0.0.1/{alert}", dashboards: "http://127.0.0.1/d/{uid}"}
defaults:
  window: 30d
  scrape_interval: 15s
  alerts: {policy: workbook, labels: {area: web}}
alerting: {base: base.yml}
outputs: {prometheus: rules.yml, tests: test.yml, alertmanager: am.yml}
shards: 2
interval: 1m
slos:
  - name: checkout-availability
    title: Customers can place an order
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{service="web", route="/checkout"}
        bad: http_requests_total{service="web", route="/checkout", status=~"5.."}
    traffic: {per_second: 0.5}
    alerts: {disable: [ticket-slow], min_bad_events: 5, no_data: page, target: 'up{job="web"}', exhausted: off}
  - name: browse-latency
    objective: 0.99
    window: 7d
    sli:
      latency: {histogram: 'http_request_duration_seconds{service="web"}', under: 300ms}
"""

STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "x",
    "100%",
    "99.9",
    "9" * 5000,
    "30d" * 50,
    "{",
    "}",
    "a{",
    'a{b=~"["}',
    'a{b=~"("}',
    'x{y="\\',
    "\x07",
    "\u202e",
    "\ud7ff",
    "é",
    "🎉",
    "sum(a)",
    "a offset 5m",
    "a[5m]",
    "-a",
    "1",
    "{}",
    '{__name__="a"}',
    "a@1",
    "a{}",
    "<<",
    "!tag",
    "on",
    "~",
    [],
    {},
    [[]],
    [None],
    {"a": None},
    {"": ""},
    2**63,
    -(2**63),
    "1ms",
    "0d",
    "400d",
    "4w",
    "1h30m",
    "٣d",
    "1d1d",
    "\n",
    "a\nb",
    "../x",
    "/",
    "C:\\x",
    "CON",
    ".",
    "a" * 300,
    'a{b="\U0001f389"}',
    "a and b",
    "a{b='c', }",
    "`",
    '"',
    "'",
    "{alert}",
    "{{",
    "%",
    "1%",
    "$window",
    "nan",
    "inf",
    ".9",
    "1.",
)


def damaged_structure(seed: int) -> str:
    """The specification with one to three parts replaced, removed, renamed, doubled or moved."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    data = parse(Source("slos.yaml", SPEC)).data
    for _ in range(chance.randint(1, 3)):
        _damage(chance, data)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def _damage(chance: random.Random, data: Any) -> None:  # noqa: ANN401 - any YAML
    holder, key = chance.choice(_places(data))
    action = chance.choice(("replace", "replace", "remove", "rename", "move"))
    if action == "replace":
        holder[key] = chance.choice(STRANGE)
    elif action == "remove":
        del holder[key]
    elif action == "move":
        other, place = chance.choice(_places(data))
        other[place] = holder[key] if not isinstance(holder[key], dict | list) else str(holder[key])
    elif isinstance(holder, dict):
        holder[str(key)[:-1] + chance.choice("xs_ \U0001f389")] = holder.pop(key)


def _places(data: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any YAML
    found: list[tuple[Any, Any]] = []
    waiting = [data]
    while waiting:
        holder = waiting.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            found.append((holder, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found or [(data, "version")]


def damaged_bytes(seed: int) -> bytes:
    """The specification with one to eight bytes or stretches changed, removed, inserted or doubled."""
    chance = random.Random(seed)  # noqa: S311 - as above
    text = bytearray(SPEC.encode())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(text) + 1)
        length = chance.choice((1, 1, 1, 5, 40))
        piece = bytes(text[at : at + length])
        insertions = (
            chance.randbytes(length),
            chance.choice(
                (b"\t", b"{", b"[", b'"', b"'", b": ", b"- ", b"&a ", b"*a ", b"\n", b"!x ", b"%", b"|", b"#")
            ),
        )
        text[at : at + chance.choice((0, length))] = chance.choice((b"", *insertions, piece * 2))
    return bytes(text)
