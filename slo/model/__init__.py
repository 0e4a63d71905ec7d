"""The compiler's vocabulary: complete, frozen objectives. Everything optional in the file is settled here."""

from __future__ import annotations

from slo.model.alerting import (
    OWN_TIERS,
    AlertSettings,
    AlertSeverity,
    ExhaustedSetting,
    Links,
    MembersSetting,
    NoDataSetting,
    PageSetting,
    PolicyTable,
    TierRule,
)
from slo.model.labels import Labels
from slo.model.objective import Cause, Maintenance, Override, Slo, SloName, SloSet
from slo.model.options import DEFAULTS, Options, Scale
from slo.model.sli import (
    NO_DATA,
    NO_FAILURES,
    NO_SUCCESS,
    NOT_YET,
    UNKNOWN_BUCKET,
    CountingWindow,
    Counts,
    HistogramLimit,
    InputSeries,
    Missing,
    Sli,
    SliQuery,
    SliSpec,
    Unit,
    UnitOfMetric,
)

__all__ = [
    "DEFAULTS",
    "NOT_YET",
    "NO_DATA",
    "NO_FAILURES",
    "NO_SUCCESS",
    "OWN_TIERS",
    "UNKNOWN_BUCKET",
    "AlertSettings",
    "AlertSeverity",
    "Cause",
    "CountingWindow",
    "Counts",
    "ExhaustedSetting",
    "HistogramLimit",
    "InputSeries",
    "Labels",
    "Links",
    "Maintenance",
    "MembersSetting",
    "Missing",
    "NoDataSetting",
    "Options",
    "Override",
    "PageSetting",
    "PolicyTable",
    "Scale",
    "Sli",
    "SliQuery",
    "SliSpec",
    "Slo",
    "SloName",
    "SloSet",
    "TierRule",
    "Unit",
    "UnitOfMetric",
]
