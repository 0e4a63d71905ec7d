"""Renders slos.yaml: links that lead to services of this machine, outputs chosen by the box."""

from box.render.document import Document
from box.settings import Settings

# `outputs` name files of the checkout, which a run must not touch; there is no Grafana here to link to.
NOT_HERE = ("outputs",)
LINKS_NOT_HERE = ("dashboards",)


def render(spec: Document, settings: Settings) -> Document:
    """Return the spec for this machine."""
    kept = {key: value for key, value in spec.items() if key not in NOT_HERE}
    links = {key: value for key, value in spec.get("links", {}).items() if key not in LINKS_NOT_HERE}
    return {**kept, "links": {**links, "runbooks": settings.url("pager") + "/runbooks/{alert}"}}
