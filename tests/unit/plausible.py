"""Values that are possible under a key, at the limits of what is: damaged specifications that still compile."""

from __future__ import annotations

from typing import Any

NASTY_TEXTS = (
    'it\'s "quoted" `thrice`',
    "C:\\new\\table \\",
    "first\nsecond\r\n\tthird\n",
    "{{ $value }} {{{ .Labels.x }} {{- end }} {{",
    '{{ "}}" }} {{/* comment */}}',
    "- a: b # c\n? [x, {y: &z *z}] !!str | > % @ null ~ yes",
    "a\u2028b\u2029c\u0085d\ufeffe\x7f\x00\x1b[31m",
    "Größe 大小 \U0001f525 e\u0301 \u202ertl",
    "$value ${x} $1 %s %d {} {0} $window $__all [[x]]",
    "<script>alert(1)</script> & <b>",
    "| a | b |\n# c `d` [e](f)",
    "  at both ends  ",
    "long " * 2_000,
    "true",
    "0x10",
    "",
)
_SELECTORS = (
    "up",
    "a:b_total",
    'x_total{a="{{ $labels.b }}",c=~"\\\\d+|.*",d!="\\n",e!~""}',
    "x_total{a='\\'', b=\"\\\"\", c=`\\`}",
    'x_total{a="\U0001f525 大小"}',
    'x_total{le="1"}',
    '{"utf8 name.total", "a label"="b"}',
    '{__name__=~"a|b"}',
    'x_total{job="a",job!="b"}',
    "sum(rate(x_total[$window])) + 0 * sum(rate(y_total[$window]))",
    "sum by (tenant, zone) (rate(x_total[$window])) or vector(0)",
    'label_replace(sum(rate(x[$window])), "a", "$1", "b", "(.*)")',
    "histogram_quantile(0.9, sum by (le) (rate(x_bucket[$window])))",
    "max_over_time(x[$window]) unless y offset 5m",
    "a # a comment\n/ b",
)
_DURATIONS = ("1ms", "1s", "59s", "1m", "5m", "10m", "1h", "3h", "6h", "1d", "3d", "24h", "90m", "1h1m1s1ms")

PLAUSIBLE: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("title", "reason", "owner", "note", "env", "area", "impact", "tenant", "zone"), NASTY_TEXTS),
    **dict.fromkeys(("runbooks", "dashboards"), tuple(f"https://x/{text}/{{alert}}" for text in NASTY_TEXTS)),
    **dict.fromkeys(("total", "good", "bad", "query", "error", "success", "errors"), _SELECTORS),
    **dict.fromkeys(("histogram", "timestamp", "selector", "metric", "up"), _SELECTORS),
    **dict.fromkeys(("long", "short", "for", "duration"), _DURATIONS),
    "window": ("1d", "2d", "7d", "13d", "28d", "31d", "60d", "61d", "90d", "365d", "400d"),
    "objective": ("1%", "50%", "80%", "94.45%", "99.99%", "99.999999%", "99.9999999999999%", "0.5", 0.001, 0.9999),
    "scrape_interval": ("1s", "7s", "15s", "59s", "2m", "5m"),
    "interval": ("1s", "5s", "15s", "30s", "1m40s", "2m30s", "5m"),
    "under": (*_DURATIONS, "100us", "0.268435454s", "1MiB", "0.5kB", "1e-3", 250, 0, -5, 0.1, 1e9, 1e-9, 1e21, 1e-300),
    "unit": ("seconds", "ms", "us", "nanoseconds", "hours", "bytes"),
    "over": ("250ms", "1GiB", 0, -5, 0.1, 1e9, 1e-9, 1e21),
    "target": ("50%", "99.99%", 0.5, "up", 'up{job="a"}'),
    "per_second": (1e-9, 0.0001, 0.5, 1, 1e6, 1e15),
    "min_bad_events": (1, 3, 1_000_000),
    "shards": (1, 3, 7, 1000),
    "budget": ("0.001%", "2%", "50%", "100%"),
    "severity": ("page", "ticket"),
    **dict.fromkeys(("no_data", "exhausted", "no_data_members"), ("page", "ticket", "off")),
    "policy": ("workbook", "calm"),
    "page": ("on", "ticket", "off"),
    "depends_on": ([], ["minutes"], ["shop/natively", "payments/availability"], ["checkout-availability"]),
    "disable": ([], ["page-fast"], ["ticket-slow", "ticket-fast", "page-slow", "page-fast"]),
    "group_by": ([], ["tenant"], ["a", "b", "c"], ["instance"], ["le"]),
    "objectives": ([], [{"match": {"tenant": text}, "objective": "99.9%"} for text in NASTY_TEXTS]),
    "labels": ({"a": 'x"y'}, {"A_1": "{{ $value }}"}, {}, {"x" * 200: "y"}),
    "annotations": ({"a": "{{ if }}"}, {"summary": "mine"}, {"runbook_url": "x"}, {}),
    "cron": ("0 0 * * *", "*/5 * * * *", "59 23 31 12 0", "* 1-3 1-7 * MON-FRI"),
    "timezone": ("UTC", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata"),
    "data_loss": ("bridge", "none"),
    "empty": ("good", "bad", None),
    "native": (True, False),
    **dict.fromkeys(("name", "service", "set"), ("x", "a-b", "a--b-", "x" * 63, "all", "index", "con", "slo")),
}
"""Values by key."""
