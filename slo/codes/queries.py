"""Codes of lints about what the queries of an SLO count."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

QUERIES: dict[str, Entry] = {
    "SLO112": Entry(
        "The rate of a gauge",
        "By its name this metric goes up and down, or is a rate already. `rate` takes every step down for a restart "
        "and makes events of it that never happened.",
        "Count events with a counter. For gauges there are the SLI kinds threshold, ratio, up and freshness.",
        Severity.WARNING,
    ),
    "SLO113": Entry(
        "A counter with an unusual name",
        "Counters end in _total by convention, those of histograms in _count, _sum and _bucket. This one does not, and "
        "may be a gauge.",
        "Look its type up, or let `slo lint --metrics URL` do it.",
        Severity.INFO,
    ),
    "SLO114": Entry(
        "A rate of a sum",
        "When one of several targets restarts, its counter begins at zero and the sum drops. `rate` takes the drop for "
        "a reset of the whole sum and counts all of the others' events once more.",
        "Rate first, sum then: sum(rate(requests_total[$window])). A plain selector does that by itself.",
        Severity.WARNING,
    ),
    "SLO115": Entry(
        "The expression drops a label of the group",
        "`group_by` needs the label on what the expression gives. An aggregation removed it, so that there is one "
        "member without a name instead of many.",
        "Name the labels in the aggregation: sum by (tenant) (...).",
        Severity.WARNING,
    ),
    "SLO116": Entry(
        "Good or bad events that are not in the total",
        "The two selectors read the same metric, and the total has a matcher that the other lacks. Failures elsewhere "
        "then spend this budget, and more events can be bad than there are.",
        'Repeat the matchers of the total, and add the one that makes the difference, such as status=~"5..".',
        Severity.WARNING,
    ),
    "SLO117": Entry(
        "Total and bad events of different metrics",
        "Two counters need not count the same events: one may count retries, or requests that never reached the other.",
        "If a label tells good and bad events of one metric apart, use that.",
        Severity.INFO,
    ),
    "SLO118": Entry(
        "Two queries are the same",
        "Total, good and bad describe different sets of events. Where two of them are equal, the SLI has the same "
        "value for ever, whatever happens.",
        'Narrow the second one down, for example by status=~"5..".',
        Severity.WARNING,
    ),
    "SLO119": Entry(
        "A selector that matches nothing",
        "All matchers of a selector have to hold. Two on the same label contradict each other here.",
        'Correct one of them, or put both values into one regular expression: status=~"500|503".',
        Severity.WARNING,
    ),
    "SLO120": Entry(
        "A matcher that the empty value passes",
        "A regular expression that matches nothing at all also matches every series without the label. Most often a "
        'choice was left empty, as in "a|".',
        "Remove the empty choice, or the whole matcher where it matches everything.",
        Severity.INFO,
    ),
    "SLO121": Entry(
        "A needless regular expression",
        "Prometheus looks values up directly for = and has to try them for =~. Anchors do nothing, since expressions "
        "always match the whole value.",
        "Write what the message says; the meaning is the same.",
        Severity.INFO,
    ),
    "SLO122": Entry(
        "Buckets without a bound",
        "The buckets of a histogram are cumulative: an event is in every bucket from its own up to +Inf. Their sum "
        "counts it many times.",
        "Read <name>_count for all events, or one bucket by its label le. The SLI kind latency does both.",
        Severity.WARNING,
    ),
    "SLO123": Entry(
        "A bucket bound that has two spellings",
        "Prometheus 3 and some clients write the bound of a bucket as 1.0, Prometheus 2 and other clients as 1. With "
        "the wrong one nothing matches, and no event is ever good.",
        'Use the SLI kind latency, which reads both, or write le=~"1(\\\\.0+)?".',
        Severity.WARNING,
    ),
    "SLO124": Entry(
        "A sum instead of a count",
        "<name>_sum adds up seconds or bytes. A slow request would count like many quick ones.",
        "Read <name>_count.",
        Severity.WARNING,
    ),
    "SLO125": Entry(
        "Errors of clients are counted",
        "Requests that are wrong, forbidden or for pages that do not exist are mistakes of whoever sends them. A "
        "crawler or a scanner could spend the whole budget.",
        'Count only what the service did wrong: status=~"5..", and 429 if refusing is a failure. Where 4xx really are '
        "yours, ignore this finding and say why.",
        Severity.WARNING,
    ),
    "SLO126": Entry(
        "Answers that are no errors are counted as bad",
        "Other codes than 200 mean success, too: 201, 204, redirects, 304 for what a browser has in its cache.",
        'Write bad with status=~"5.." instead of everything that is not a plain success.',
        Severity.WARNING,
    ),
    "SLO127": Entry(
        "Failed requests count as fast ones",
        "A request that is refused at once is within any limit. During an outage such a latency SLO looks better than "
        "ever.",
        "Add `errors`, a selector of failed events, which then never count as good. If an availability SLO counts the "
        "failures already, nothing has to be done.",
        Severity.INFO,
    ),
    "SLO128": Entry(
        "`data_loss: bridge` does nothing here",
        "Bridging adds what a counter lost while it was not scraped. It needs plain selectors of counters, counted "
        "five minutes at a time; minutes, expressions, native histograms and SLOs with maintenance are counted "
        "otherwise.",
        "Leave it out, or turn the expression into selectors.",
        Severity.WARNING,
    ),
}
