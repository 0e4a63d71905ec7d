"""Rules that serve a whole shard record what a rule for each SLO would: seconds that were recorded, and budgets."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from slo.model import Override
from tests.documents import dump, load
from tests.rules.judge import case, judged
from tests.specimens import DAY, availability, emitted, objective, slo_set

MEMBERS = slo_set(
    objective("a"),
    objective("b", window=7 * DAY, objective=Decimal("0.99")),
    objective("a", service="other", objective=Decimal("0.99"), sli=availability("other_total")),
    replace(
        objective("tenants", objective=Decimal("0.95"), sli=availability("tenants_total")),
        group_by=("tenant",),
        overrides=(Override((("tenant", "gold"),), Decimal("0.995")),),
    ),
)
BUDGETS = {
    ("svc", "a", ""): 0.001,
    ("svc", "b", ""): 0.01,
    ("other", "a", ""): 0.01,
    ("svc", "tenants", "gold"): 0.005,
    ("svc", "tenants", "iron"): 0.05,
}


def alone(service: str, slo: str, by: str) -> dict[str, object]:
    """A rule for the covered seconds of one SLO alone, as a range that begins between two samples sees them."""
    which = f'slo:events:5m{{service="{service}",slo="{slo}",kind="total"}}'
    labels = {"service": service, "slo": slo, "shard": "svc-0", "kind": "covered"}
    return {"record": "alone:events:5m", "expr": f"60 * sum{by}(count_over_time({which}[4m30s]))", "labels": labels}


def test_one_rule_records_what_is_covered_and_allowed_of_every_slo(tmp_path: Path, promtool: Path) -> None:
    """With gaps, with members of a group that come and go, for several services, windows and objectives."""
    document = load(emitted("prometheus", MEMBERS))
    group, _ = document["groups"]
    group["rules"] += [
        alone("svc", "a", ""),
        alone("svc", "b", ""),
        alone("other", "a", ""),
        alone("svc", "tenants", " by (tenant) "),
    ]
    series = {
        'a_requests_total{code="200"}': "0+10x60",
        'b_requests_total{code="200"}': "0+10x20 _x15 210+10x25",
        'other_total{code="500"}': "_x30 0+10x30",
        'tenants_total{code="200",tenant="gold"}': "0+10x60",
        'tenants_total{code="200",tenant="iron"}': "_x20 0+10x20",
    }
    recorded, wanted = 'slo:events:5m{kind="covered"}', "{__name__='alone:events:5m'}"
    differences = (
        f"count({recorded} != {wanted}) or count({recorded} unless {wanted}) or count({wanted} unless {recorded})"
    )
    everything = {"{}": 0.0}
    checks: list[Any] = [(f"{at}m", differences, {}) for at in range(1, 61)]
    budgets = {
        f'{{service="{service}", slo="{slo}"{f", tenant={chr(34)}{tenant}{chr(34)}" if tenant else ""}}}': budget
        for (service, slo, tenant), budget in BUDGETS.items()
    }
    checks.append(("60m", "sum without (shard) (slo:budget:ratio)", budgets))
    checks.append(("60m", f"count({recorded}) - 4", everything))
    assert not judged(promtool, tmp_path, dump(document), "1m", case("all", "1m", series, *checks))
