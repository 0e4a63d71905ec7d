"""What an SLO alerts on, and the tiers of an alert policy."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from slo.model.labels import Labels

AlertSeverity = Literal["page", "ticket"]
NoDataSetting = Literal["page", "ticket", "off"]
ExhaustedSetting = Literal["page", "ticket", "off"]
MembersSetting = Literal["ticket", "off"]
PageSetting = Literal["on", "ticket", "off"]
OWN_TIERS = ("exhausted", "no-data", "member-no-data")
"""Values of the label `tier` of alerts that belong to no tier of a policy."""


class TierRule(msgspec.Struct, frozen=True):
    """One row of an alert policy, before window, objective and time scale are known.

    Attributes:
        name: value of the label `tier`.
        severity: `page` or `ticket`.
        budget: fraction of the error budget that is spent when the tier fires.
        long: long window in seconds.
        short: short window in seconds.
        pending: `for` of the alert rule, in seconds.
        reach: highest error ratio that the threshold may demand, so that a total outage can exceed it.
    """

    name: str
    severity: AlertSeverity
    budget: Fraction
    long: int
    short: int
    pending: int = 0
    reach: Fraction = Fraction(4, 5)


PolicyTable = tuple[tuple[int, tuple[TierRule, ...]], ...]
"""The tiers of a policy for some SLO windows in seconds, shortest first."""


class AlertSettings(msgspec.Struct, frozen=True):
    """What one SLO alerts on.

    Attributes:
        policy: name of a policy, one of `slo.burnrate.POLICIES` or of the file.
        table: the tiers of a policy of the file; empty for one of `slo.burnrate.POLICIES`.
        disable: names of tiers that are left out.
        page: whether paging tiers page, raise tickets, or are left out; unless `on`, `no_data` and `exhausted` do not
            page either, except where the SLO itself asks for it.
        min_bad_events: bad events in the long window below which no tier fires.
        labels: extra labels on the alerts of this SLO.
        annotations: extra annotations on them.
        no_data: severity of the alert for an SLI without data.
        no_data_members: severity of the alert for a member of a group without data.
        target: selector of the 0/1 series that shows whether the SLI's source is up, or none.
        exhausted: severity of the alert for a spent budget.
    """

    policy: str = "workbook"
    table: PolicyTable = ()
    disable: tuple[str, ...] = ()
    page: PageSetting = "on"
    min_bad_events: int = 2
    labels: Labels = ()
    annotations: Labels = ()
    no_data: NoDataSetting = "ticket"
    no_data_members: MembersSetting = "off"
    target: str | None = None
    exhausted: ExhaustedSetting = "ticket"


class Links(msgspec.Struct, frozen=True):
    """Templates of the URLs on alerts; `{alert}`, `{service}`, `{slo}` and `{uid}` are replaced."""

    runbooks: str = ""
    dashboards: str = ""
