"""Target `alertmanager`: the user's base configuration with routes and inhibition rules for the alerts of a set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slo.diagnostics import Diagnostic, Place
from slo.emit.header import header
from slo.emit.inhibition import inhibitions
from slo.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.plan.rules import Plan

_MINIMAL = """\
route:
  receiver: default
  group_by: [service, slo]
receivers:
  - name: default
"""

_ALL_LABELS = "..."
"""In `group_by`: one notification per alert."""
_SHAPES: dict[str, type] = {"route": dict, "receivers": list, "inhibit_rules": list}


def alertmanager(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield a complete configuration, the routes of the set before those of the base."""
    from slo.emit import raw_yaml  # noqa: PLC0415 - a tenth of the start of builds without this target

    base = _base(context)
    route = base["route"]
    routes = _routes(plan, base, context)
    config = base | {
        "route": route | {"routes": [*routes, *(route.get("routes") or [])]},
        "inhibit_rules": [*inhibitions(plan), *(base.get("inhibit_rules") or [])],
    }
    yield context.layout["alertmanager"], header(plan, "alertmanager") + raw_yaml.dump(config)


def _base(context: Context) -> dict[str, Any]:
    """Return the base configuration as data.

    Raises:
        CompileError: it cannot be extended.
    """
    from slo.emit import raw_yaml  # noqa: PLC0415 - see above

    text = _MINIMAL if context.alerting_base is None else context.alerting_base
    try:
        base = raw_yaml.load(text)
    except raw_yaml.YamlError as error:
        raise _unusable(context, f"not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(base, dict) or not isinstance(base.get("route"), dict):
        raise _unusable(context, "`route` is missing")
    for key, shape in _SHAPES.items():
        if not isinstance(base.get(key) or shape(), shape):
            raise _unusable(context, f"`{key}` is not a {'list' if shape is list else 'mapping'}")
    if not isinstance(base["route"].get("routes") or [], list):
        raise _unusable(context, "`route.routes` is not a list")
    if not isinstance(base["route"].get("group_by") or [], list):
        raise _unusable(context, "`route.group_by` is not a list")
    return base


def _unusable(context: Context, why: str) -> CompileError:
    return _error("SLO080", context, f"the base configuration {context.alerting_base_file} cannot be used: {why}")


def _error(code: str, context: Context, message: str, hint: str = "") -> CompileError:
    place = Place(context.spec_file, ("alerting", "base") if context.alerting_base is not None else ())
    return CompileError((Diagnostic(code, place, message, hint),))


def _routes(plan: Plan, base: dict[str, Any], context: Context) -> list[dict[str, Any]]:
    """Return one route for each team and severity of the set, pages first."""
    receivers = [r["name"] for r in base.get("receivers") or [] if isinstance(r, dict) and "name" in r]
    pairs = sorted({(alert.severity, p.slo.team) for p in plan.slos for alert in p.alerts})
    inherited = base["route"].get("group_by") or []
    return [_route(plan, *pair, receivers, context) | _grouping(plan, inherited) for pair in pairs]


def _grouping(plan: Plan, inherited: list[str]) -> dict[str, list[str]]:
    """Return the `group_by` of the routes, if the inherited one would mix clusters in a notification."""
    more = [name for name in plan.set.distinguish if name not in inherited]
    return {"group_by": [*inherited, *more]} if more and _ALL_LABELS not in inherited else {}


def _route(plan: Plan, severity: str, team: str, receivers: list[str], context: Context) -> dict[str, Any]:
    wanted = [f"{team}-{severity}", team, severity] if team else [severity]
    if context.alerting_base is None:
        wanted.append("default")
    receiver = next((name for name in wanted if name in receivers), None)
    if receiver is None:
        names = " or ".join(f'"{name}"' for name in wanted)
        message = f'no receiver for severity "{severity}"' + (f' of team "{team}"' if team else "")
        raise _error("SLO081", context, message, f"add a receiver named {names} to {context.alerting_base_file}")
    services = "|".join(sorted({p.slo.service for p in plan.slos}))
    matchers = [f'severity="{severity}"', f"team={_quoted(team)}", f'service=~"{services}"', 'slo!=""']
    return {"receiver": receiver, "matchers": matchers}


def _quoted(text: str) -> str:
    """Return a string for a matcher; Alertmanager before 0.27 has only these three escapes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
