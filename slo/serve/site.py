"""What every request needs: configuration, servers, the last snapshot, templates."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, cast

from starlette.requests import Request
from starlette.templating import Jinja2Templates

from slo.serve import formats, links
from slo.serve.alertmanager import Alertmanager
from slo.serve.logs import Logs
from slo.serve.periods import PRESETS
from slo.serve.prometheus import Prometheus
from slo.serve.ranges import Ranges
from slo.serve.refresh import Refresher
from slo.serve.rules import Rules
from slo.serve.runbooks import Runbooks
from slo.serve.shared import Shared
from slo.serve.traces import Traces

if TYPE_CHECKING:
    from fastapi.responses import HTMLResponse

    from slo.serve.config import Config
    from slo.serve.exemplars import Point
    from slo.serve.traces import Newest

_LISTS = 16
HERE = Path(__file__).parent


class Site:
    """The parts of a running `slo serve`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.prometheus = Prometheus(config.prometheus)
        self.ranges = Ranges(self.prometheus)
        self.rules = Rules(self.prometheus)
        self.exemplars: Shared[list[Point]] = Shared()
        self.lists: Shared[bytes] = Shared(_LISTS)
        self.limits: Shared[list[str]] = Shared()
        self.found: Shared[Newest] = Shared()
        self.runbooks = Runbooks(config.runbooks) if config.runbooks else None
        self.explained = config.explained
        self.traces = Traces(config.jaeger) if config.jaeger else None
        self.logs = Logs(config.victorialogs) if config.victorialogs else None
        alertmanager = Alertmanager(config.alertmanager) if config.alertmanager else None
        notice = config.notice.expression if config.notice else ""
        self.refresher = Refresher(self.prometheus, alertmanager, config.seconds, notice)
        self._templates = Jinja2Templates(HERE / "templates")
        self._templates.env.filters.update(formats.FILTERS)
        self._templates.env.globals.update(
            links=links,
            presets=PRESETS,
            tiles=config.tiles,
            notice=config.notice,
            outside=config.outside,
            seconds=config.seconds,
            has_traces=config.jaeger is not None,
        )
        self._templates.env.trim_blocks = self._templates.env.lstrip_blocks = True

    def render(self, request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page, with what all pages show: how old the data is, and what is wrong."""
        view, now = self.refresher.view, time.time()
        common = {"view": view, "age": view.age(now), "now": now, "path": request.url.path}
        return cast("HTMLResponse", self._templates.TemplateResponse(request, template, {**common, **values}, status))

    def age(self) -> str:
        """Return how old the data is, as pages show it."""
        macros = self._templates.env.get_template("macros.html").module
        return str(macros.age(self.refresher.view.age(time.time())))  # type: ignore[attr-defined] # of the template


def site_of(request: Request) -> Site:
    """Return the site that serves this request."""
    return cast("Site", request.app.state.site)
