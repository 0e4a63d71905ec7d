"""The list of SLOs: search, filters, order and groups, all from the query string of the page."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from slo.serve.forecast import exhaustion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from slo.serve.fleet import Slo

_LAST = math.inf
FIELDS = ("service", "team", "set", "cluster", "state")


def _or_last(value: float | None) -> float:
    return _LAST if value is None else value


def _lasts(slo: Slo) -> float:
    one, burn = slo.worst, slo.worst.burn("1h")
    return _LAST if one.remaining is None or burn is None else exhaustion(one.remaining, burn, one.window)


COLUMNS: Mapping[str, Callable[[Slo], tuple[object, ...]]] = {
    "trouble": lambda slo: (slo.state.rank, _or_last(slo.worst.remaining)),
    "name": lambda slo: (slo.identity.service, slo.identity.slo),
    "objective": lambda slo: (slo.worst.objective,),
    "attainment": lambda slo: (_or_last(slo.attainment),),
    "budget": lambda slo: (_or_last(slo.worst.remaining),),
    "burn": lambda slo: (-(slo.worst.burn("1h") or 0.0),),
    "burn-6h": lambda slo: (-(slo.worst.burn("6h") or 0.0),),
    "lasts": lambda slo: (_lasts(slo),),
    "alerts": lambda slo: (-sum(alert.firing for alert in slo.alerts),),
    "events": lambda slo: (-(slo.worst.total or 0.0),),
}
"""What each column sorts by, the worst or the first of the alphabet on top."""
HIDEABLE: Mapping[str, str] = {
    "objective": "Objective",
    "attainment": "Attainment",
    "trend": "Trend",
    "burn": "Burn 1h",
    "burn-6h": "Burn 6h",
    "lasts": "Lasts",
    "events": "Events",
    "alerts": "Alerts",
}
"""The columns that a viewer can hide."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the viewer asked for."""

    search: str = ""
    sort: str = "trouble"
    down: bool = False
    group: str = ""
    service: str = ""
    team: str = ""
    set: str = ""
    cluster: str = ""
    hide: tuple[str, ...] = ()
    state: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Choice:
        """Return the choice in a query string; what is unknown there counts as not given."""
        sort, group = parameters.get("sort", "trouble"), parameters.get("group", "")
        return cls(
            search=parameters.get("q", "")[:200].strip(),
            sort=sort if sort in COLUMNS else "trouble",
            down=parameters.get("order", "") == "down",
            group=group if group in FIELDS else "",
            hide=tuple(each for each in HIDEABLE if each in parameters.get("hide", "").split(",")),
            **{field: parameters.get(field, "")[:500] for field in FIELDS},
        )

    @property
    def filters(self) -> dict[str, str]:
        """Return the filters that are on."""
        return {field: value for field in FIELDS if (value := getattr(self, field))}

    @lru_cache(maxsize=4_096)  # noqa: B019 - choices are small values, and rows have the same links
    def link(self, **changes: str | bool) -> str:
        """Return the query string of this choice with changes."""
        new = replace(self, **changes)  # type: ignore[arg-type] # fields of one's own
        pairs = {
            "q": new.search,
            "sort": "" if new.sort == "trouble" else new.sort,
            "order": "down" if new.down else "",
        }
        given = {**pairs, "group": new.group, **new.filters, "hide": ",".join(new.hide)}
        return "?" + urlencode({name: value for name, value in given.items() if value})

    def sorted_by(self, column: str) -> str:
        """Return the link of a column's header: the second click turns the order round."""
        return self.link(sort=column, down=self.sort == column and not self.down)


def fields(slo: Slo) -> dict[str, str]:
    """Return what an SLO can be filtered and grouped by."""
    name, _, number = slo.identity.shard.rpartition("-")
    own = name if number.isdecimal() else slo.identity.shard
    return {
        "service": slo.identity.service,
        "team": slo.team,
        "set": own,
        "cluster": cluster(slo),
        "state": slo.state.value,
    }


def cluster(slo: Slo) -> str:
    """Return the external labels of the server that records an SLO; empty where there is one server."""
    return ", ".join(f"{name}={value}" for name, value in slo.identity.origin)


def choose(slos: Iterable[Slo], choice: Choice) -> list[Slo]:
    """Return the SLOs that the viewer wants to see, in order."""
    words = choice.search.lower().split()
    kept = [slo for slo in slos if _fits(slo, choice) and all(word in _text(slo) for word in words)]
    return sorted(kept, key=COLUMNS[choice.sort], reverse=choice.down)


def grouped(slos: Sequence[Slo], by: str) -> dict[str, list[Slo]]:
    """Return the SLOs by a field, in the order in which its values appear; all under one key without a field."""
    found: dict[str, list[Slo]] = {}
    for slo in slos:
        found.setdefault(fields(slo)[by] if by else "", []).append(slo)
    return found


def _fits(slo: Slo, choice: Choice) -> bool:
    own = fields(slo)
    return all(own[field] == value for field, value in choice.filters.items())


def _text(slo: Slo) -> str:
    labels = (value for member in slo.members for value in member.labels.values())
    own = slo.identity
    return " ".join((own.service, own.slo, own.shard, cluster(slo), slo.title, slo.team, *labels)).lower()
