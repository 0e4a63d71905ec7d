"""Codes about who is paged: pages that are off."""

from __future__ import annotations

from slo.codes.entry import Entry

ALERTING: dict[str, Entry] = {
    "SLO166": Entry(
        "A page where pages are off",
        "`alerts: {page: off}` and `{page: ticket}` leave an SLO without pages, and the same mapping asks for one.",
        "Write `no_data: ticket` and `exhausted: ticket`, or remove `page`. An SLO may ask for a page that the `page` "
        "of `defaults` would make a ticket.",
    ),
}
