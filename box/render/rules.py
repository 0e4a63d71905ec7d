"""Renders rule files that are written by hand: links that lead to the pager of this machine."""

from box.render.document import Document
from box.settings import Settings

PAGER = "http://127.0.0.1:8091"
"""The pager as the committed rules link to it."""


def render(base: Document, settings: Settings) -> Document:
    """Return the rules with links to where the pager listens here; all else stays."""
    if "pager" not in settings.ports:
        return base
    return {**base, "groups": [_group(group, settings.url("pager")) for group in base.get("groups", [])]}


def _group(group: Document, pager: str) -> Document:
    return {**group, "rules": [_rule(rule, pager) for rule in group.get("rules", [])]}


def _rule(rule: Document, pager: str) -> Document:
    link = rule.get("annotations", {}).get("runbook_url", "")
    if not link.startswith(f"{PAGER}/"):
        return rule
    return {**rule, "annotations": {**rule["annotations"], "runbook_url": pager + link.removeprefix(PAGER)}}
