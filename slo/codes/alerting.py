"""Codes about who is paged: pages that are off, and symptoms with their causes."""

from __future__ import annotations

from slo.codes.entry import Entry
from slo.diagnostics import Severity

ALERTING: dict[str, Entry] = {
    "SLO166": Entry(
        "A page where pages are off",
        "`alerts: {page: off}` and `{page: ticket}` leave an SLO without pages, and the same mapping asks for one.",
        "Write `no_data: ticket` and `exhausted: ticket`, or remove `page`. An SLO may ask for a page that the `page` "
        "of `defaults` would make a ticket.",
    ),
    "SLO167": Entry(
        "Unknown SLO under `depends_on`",
        "The service has no SLO of this name, so the dependency would have no effect.",
        "Correct the name: `orders-availability` for an SLO of the same service, `orders/availability` for one of "
        "another. Name all files of a service in one build.",
    ),
    "SLO168": Entry(
        "SLOs that depend on each other",
        "While a symptom pages, Alertmanager does not send the pages of its causes. SLOs that are each other's cause "
        "would all be inhibited, and no page would arrive.",
        "Keep the dependency of what users notice on what it needs, and remove the other one.",
    ),
    "SLO169": Entry(
        "Dependencies without an Alertmanager configuration",
        "`depends_on` becomes inhibition rules of Alertmanager, and `outputs` does not name that target.",
        "Add `alertmanager` to `outputs`, or remove `depends_on`. Where another build writes the configuration, ignore "
        "this finding and say so.",
        Severity.WARNING,
    ),
    "SLO170": Entry(
        "A symptom that never pages",
        "Burn-rate pages of a symptom inhibit the pages of its causes. This SLO has none, and no other SLO depends on "
        "it.",
        "Let one of its tiers page, or remove `depends_on`.",
        Severity.WARNING,
    ),
    "SLO171": Entry(
        "A cause that is not in this build",
        "No file of that service is compiled here, so the name cannot be checked, and the causes of that SLO "
        "are unknown.",
        "Check the name, or build both files together: `slo build teams/`.",
        Severity.INFO,
    ),
}
