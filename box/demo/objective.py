"""Reads from the compiler what the demo's SLO promises, and when its alert fires."""

from dataclasses import dataclass
from pathlib import Path

from box.demo.theory import Rule
from box.errors import BoxError
from slo import burnrate, load, resolve, schema
from slo.plan import names, spans
from slo.sli.events import Events

SLO_NAME = "checkout-availability"
TIER = "page-fast"


@dataclass(frozen=True, slots=True)
class Objective:
    """The SLO that the demo breaks; windows in seconds of the scaled server, `bad` the selector of bad events.

    `window_text` names the window as the server measures it and as specified.
    """

    name: str
    service: str
    title: str
    alert: str
    bad: str
    budget: float
    burn: float
    window: float
    window_text: str
    short: float
    rule: Rule


def read_objective(spec: Path, time_scale: int) -> Objective:
    """Return the demo's SLO as the compiler understands it.

    Raises:
        BoxError: the spec has no such SLO, or the SLO has no fast page.
    """
    validated = schema.validate(load.parse(load.read(str(spec))))
    for slo_set in resolve.resolve([validated]):
        for slo in slo_set.slos:
            tiers = {tier.name: tier for tier in burnrate.tiers(slo)}
            if slo.name == SLO_NAME and TIER in tiers and isinstance(slo.sli, Events) and slo.sli.bad:
                tier = tiers[TIER]
                rule = Rule(float(tier.threshold), tier.long / time_scale, slo.alerts.min_bad_events)
                return Objective(
                    name=slo.name,
                    service=slo.service,
                    title=slo.title,
                    alert=names.alert_name(slo, "BudgetBurn"),
                    bad=str(slo.sli.bad),
                    budget=float(slo.budget),
                    burn=float(tier.burn),
                    window=slo.window / time_scale,
                    window_text=spans.both(slo.window, time_scale),
                    short=tier.short / time_scale,
                    rule=rule,
                )
    raise BoxError(
        f"{spec} has no SLO {SLO_NAME} that counts bad events and has a tier {TIER}; the demo breaks that one"
    )
