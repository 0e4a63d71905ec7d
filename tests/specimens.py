"""Complete objectives for tests of what comes after the specification was read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from slo.diagnostics import Place
from slo.emit import EMITTERS
from slo.emit.context import Context
from slo.model import DEFAULTS, AlertSettings, Links, Options, Scale, Slo, SloSet
from slo.plan import plan
from slo.promql import parse_selector
from slo.sli.events import Events
from slo.sli.latency import Latency

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400

LAYOUT = {
    "prometheus": PurePosixPath("rules.yml"),
    "tests": PurePosixPath("rules.test.yml"),
    "alertmanager": PurePosixPath("alertmanager.yml"),
    "operator": PurePosixPath("operator.yml"),
    "mimir": PurePosixPath("mimir.yml"),
    "thanos": PurePosixPath("thanos.yml"),
    "grafana": PurePosixPath("grafana.json"),
    "runbooks": PurePosixPath("runbooks/{alert}.md"),
}


def availability(metric: str = "requests_total", bad: str = '{code=~"5.."}') -> Events:
    """An SLI that takes some series of one counter for the bad events."""
    return Events(parse_selector(metric), None, parse_selector(metric + bad))


def latency(metric: str = "seconds", under: str = "0.3") -> Latency:
    """An SLI that looks at one bucket of a classic histogram."""
    return Latency(parse_selector(metric), Decimal(under))


def objective(name: str = "api", **changes: Any) -> Slo:  # noqa: ANN401 - any field of Slo or of its alert settings
    """An SLO of 99.9 % over 30 days, with whatever is to be different."""
    settings = {key: changes.pop(key) for key in list(changes) if key in AlertSettings.__struct_fields__}
    if "labels" in settings:
        changes["labels"] = settings.pop("labels")
    base = Slo(
        service="svc",
        name=name,
        title="The service answers",
        objective=Decimal("0.999"),
        window=30 * DAY,
        sli=availability(f"{name.replace('-', '_')}_requests_total"),
        scrape_interval=15,
        team="crew",
        labels=(),
        links=Links(),
        alerts=AlertSettings(**settings),
        traffic=None,
        place=Place("slos.yaml"),
    )
    return replace(base, **changes)


def slo_set(*slos: Slo, name: str = "svc", shards: int = 1, interval: int = 60) -> SloSet:
    """These SLOs as one set."""
    return SloSet(name, shards, interval, slos or (objective(),), ("slos.yaml",), None, ())


def emitted(target: str, members: SloSet, scale: Scale | None = None, **context: Any) -> str:  # noqa: ANN401 - as above
    """The text that one target makes of a set."""
    (text,) = texts(target, members, scale, **context).values()
    return text


def texts(
    target: str,
    members: SloSet,
    scale: Scale | None = None,
    options: Options = DEFAULTS,
    **context: Any,  # noqa: ANN401 - as above
) -> dict[PurePosixPath, str]:
    """All files that one target makes of a set, by path."""
    planned = plan(members, scale or Scale(interval=members.interval), options)
    return dict(EMITTERS[target](planned, Context(LAYOUT, **context)))


def written(folder: Path, members: SloSet, scale: Scale | None = None) -> Path:
    """Rules and their tests in a folder; the path of the tests."""
    for target in ("prometheus", "tests"):
        (folder / LAYOUT[target]).write_text(emitted(target, members, scale), encoding="utf-8")
    return folder / LAYOUT["tests"]
