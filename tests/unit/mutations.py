"""Damages specifications in ways that people and programs do: typos, moved and missing parts, broken bytes.

The same seed gives the same damage on every machine; what is damaged are `SPEC` and all specifications of the golden
tests, so that every kind of SLI and every option has its turn.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from slo.load import Source, parse
from tests.unit.plausible import PLAUSIBLE
from tests.unit.strange import STRANGE

GOLDEN = Path(__file__).parents[1] / "golden"

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
maintenance:
  - {cron: "0 3 1,15 JAN-NOV */2", duration: 90m, timezone: Europe/Berlin, reason: weekly upgrade}
  - {metric: 'maintenance_active{service="shop"}'}
alerting: {base: base.yml, distinguish: [cluster]}
outputs: {prometheus: rules.yml, tests: test.yml, alertmanager: am.yml}
policies:
  calm:
    tiers:
      - {name: outage, severity: page, budget: 5%, long: 1h, short: 5m, for: 2m}
      - {name: drain, severity: ticket, budget: 25%, long: 3d, short: 6h}
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
    depends_on: [tenants, payments/availability]
    labels: {impact: money}
    alerts: {disable: [ticket-slow], min_bad_events: 5, no_data: page, target: 'up{job="web"}', exhausted: off}
  - name: browse-latency
    objective: 0.99
    window: 7d
    owner: storefront
    sli:
      latency: {histogram: 'http_request_duration_seconds{service="web"}', under: 300ms, errors: failed_total}
    alerts: {annotations: {note: 'call {{ $labels.team }}'}}
  - name: natively
    objective: 95%
    sli: {latency: {histogram: took_seconds, under: 1s500ms, native: true}}
    data_loss: bridge
  - name: tenants
    objective: 99%
    group_by: [tenant, zone]
    objectives: [{match: {tenant: gold}, objective: 99.95%}, {match: {zone: b}, objective: 90%}]
    sli: {events: {good: 'sum by (tenant, zone) (rate(api_total{code="200"}[$window]))', bad: api_failed_total}}
    alerts: {no_data_members: ticket, policy: calm, page: ticket}
  - name: minutes
    objective: 99%
    sli: {events: {total: api_total, good: api_good_total}}
    budgeting: {slices: 1m, target: 95%, empty: bad}
  - name: short-queue
    objective: 99%
    sli: {threshold: {query: queue_depth / on (job) queue_size, under: 0.8}}
  - name: rich
    objective: 90%
    sli: {threshold: {query: 'min by (zone) (balance)', over: -5}}
  - name: alive
    objective: 99.5%
    window: 90d
    sli: {up: 'probe_success{job="web"}'}
  - name: probed
    objective: 99.5%
    sli: {up: {selector: 'up{job="web"}'}}
  - name: fresh
    objective: 99%
    sli: {freshness: {timestamp: last_success_timestamp_seconds, under: 15m}}
  - name: journey
    objective: 98%
    sli: {ratio: {success: 'journey_success{name="buy"}'}}
  - name: failing
    objective: 98%
    sli: {ratio: {error: '1 - avg(journey_success)'}}
"""


@cache
def specs() -> tuple[str, ...]:
    """What gets damaged."""
    return (SPEC, *(path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*/slos.yaml"))))


def damaged_structure(seed: int) -> str:
    """A specification with one to three parts damaged, and perhaps a line of it doubled."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    data = parse(Source("slos.yaml", chance.choice(specs()))).data
    for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
        _damage(chance, data)
    if not chance.randrange(30):
        _nest(chance, data)
    text = yaml.safe_dump(data, allow_unicode=chance.random() < 0.5, sort_keys=False, default_flow_style=_style(chance))
    return _line_doubled(chance, text) if not chance.randrange(20) else text


def _style(chance: random.Random) -> bool | None:
    """Block style, flow style, or a mixture."""
    return chance.choice((False, False, None, True))


def _line_doubled(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    return "".join([*lines[: at + 1], lines[at], *lines[at + 1 :]])


def _damage(chance: random.Random, data: Any) -> None:  # noqa: ANN401 - any YAML
    holder, key = chance.choice(_places(data))
    action = chance.choice(_ACTIONS)
    action(chance, data, holder, key)


def _replace(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    holder[key] = chance.choice(STRANGE)


def _remove(_: random.Random, __: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    del holder[key]


def _rename(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """A typo, another word of the language, or something that is no text."""
    if isinstance(holder, dict):
        words = (str(key)[:-1] + chance.choice("xs_ \U0001f389"), str(key).upper(), chance.choice(STRANGE))
        name = chance.choice(words)
        holder[name if isinstance(name, str | int | float | None) else str(name)] = holder.pop(key)


def _move(chance: random.Random, data: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """The value to another place as well, where it becomes an alias, perhaps inside of itself."""
    other, place = chance.choice(_places(data))
    other[place] = holder[key]


def _retype(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """Text for a list, a list for a value, a number for a text."""
    value = holder[key]
    holder[key] = chance.choice((str(value), [value], {"a": value}, {str(value)[:50]: value}, 5, bool(value)))


def _nest(chance: random.Random, data: Any) -> None:  # noqa: ANN401 - as above
    """A value far deeper than it should be; the dumper itself cannot nest much deeper."""
    holder, key = chance.choice(_places(data))
    value = holder[key]
    for _ in range(chance.choice((2, 20, 90, 150))):
        value = [value] if chance.random() < 0.5 else {"a": value}
    holder[key] = value


def _edit(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """A few characters of a text."""
    text = str(holder[key])
    at, length = chance.randrange(len(text) + 1), chance.choice((0, 1, 1, 5))
    piece = chance.choice((*(str(s) for s in STRANGE if isinstance(s, str)), text, ""))
    holder[key] = text[:at] + piece + text[at + length :]


def _repeat(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """More of the same."""
    if isinstance(holder, list):
        holder.extend([holder[key]] * chance.choice((1, 2, 300)))


def _cross(chance: random.Random, _: Any, holder: Any, key: Any) -> None:  # noqa: ANN401 - as above
    """What stands under the same key in some specification."""
    places = [place for text in specs() for place in _places(parse(Source("", text)).data) if place[1] == key]
    there, name = chance.choice(places or [(holder, key)])
    holder[key] = there[name]


def _limit(chance: random.Random, data: Any, _: Any, __: Any) -> None:  # noqa: ANN401 - as above
    """A value that may well be right."""
    holder, key = chance.choice([place for place in _places(data) if place[1] in PLAUSIBLE] or [({}, "name")])
    holder[key] = chance.choice(PLAUSIBLE[key])


def _reorder(chance: random.Random, _: Any, holder: Any, __: Any) -> None:  # noqa: ANN401 - as above
    items = list(holder.items()) if isinstance(holder, dict) else list(holder)
    chance.shuffle(items)
    holder.clear()
    (holder.update if isinstance(holder, dict) else holder.extend)(items)


_ACTIONS = (
    _replace,
    _replace,
    _remove,
    _rename,
    _move,
    _retype,
    _repeat,
    _reorder,
    *[_edit] * 3,
    *[_cross] * 3,
    *[_limit] * 12,
)


def _places(data: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any YAML
    """Every place where a value stands: its mapping or list, and the key or index."""
    found: list[tuple[Any, Any]] = []
    waiting, seen = [data], set()
    while waiting:
        holder = waiting.pop()
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            found.append((holder, key))
            if isinstance(value, dict | list):
                waiting.append(value)
    return found or [(data, "version")]


def damaged_bytes(seed: int) -> bytes:
    """A specification with up to eight stretches changed, removed, inserted, doubled or taken from another."""
    chance = random.Random(seed)  # noqa: S311 - as above
    text = bytearray(chance.choice(specs()).encode())
    if not chance.randrange(25):
        return _recoded(chance, text.decode())
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(len(text) + 1)
        length = chance.choice((1, 1, 1, 5, 40))
        piece = bytes(text[at : at + length])
        text[at : at + chance.choice((0, length))] = chance.choice((b"", *_insertions(chance, length), piece * 2))
    return bytes(text)


def _insertions(chance: random.Random, length: int) -> tuple[bytes, ...]:
    other = chance.choice(specs()).encode()
    at = chance.randrange(len(other))
    marks = (
        b"\t",
        b"{",
        b"[",
        b'"',
        b"'",
        b": ",
        b"- ",
        b"&a ",
        b"*a ",
        b"\n",
        b"!x ",
        b"%",
        b"|",
        b"#",
        b"\0",
        b"\xff",
        b"<<: ",
    )
    typed = bytes(chance.choices(range(32, 127), k=length))
    noise = chance.choice((typed, typed, typed, chance.randbytes(length)))
    return (noise, chance.choice(marks), other[at : at + length * 10])


def _recoded(chance: random.Random, text: str) -> bytes:
    """The same text as another program may save it, or a part of it."""
    coded = (
        text.encode("utf-16"),
        text.encode("utf-8-sig"),
        text.replace("\n", "\r\n").encode(),
        text.replace("\n", "\r").encode(),
    )
    cut = text.encode()[: chance.randrange(len(text))]
    return chance.choice((*coded, cut, cut, b"\xef\xbb\xbf" * 2 + cut))
