"""Read the forms of a page and fill them in as a person would."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

TYPED: Mapping[str, str] = {"email": "visitor@example.com", "text": "A Visitor", "number": "1"}
"""Values for empty fields, by the field's type."""


def fill(page: str, action: str) -> dict[str, str] | None:
    """Return the fields of the first form on `page` that is sent to `action`, or None."""
    parser = _Forms()
    parser.feed(page)
    return next((form.fields for form in parser.forms if form.action == action), None)


@dataclass(slots=True)
class _Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page with the values that they send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(_Form(action=found.get("action") or ""))
        elif tag in ("input", "select", "textarea") and self.forms:
            self._field(found)

    def _field(self, found: Mapping[str, str | None]) -> None:
        name, kind = found.get("name"), found.get("type") or "text"
        if name and kind not in ("submit", "button", "checkbox", "radio"):
            self.forms[-1].fields[name] = found.get("value") or TYPED.get(kind, "")
