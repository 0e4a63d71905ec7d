"""What a screen reader reads of an SVG file."""

from __future__ import annotations

from xml.etree import ElementTree as ET
from zlib import crc32

from slo.charts.text import described, plain

_SVG = "http://www.w3.org/2000/svg"
_LINKS = "http://www.w3.org/1999/xlink"


def accessible(svg: str, title: str, description: str) -> str:
    """Return the picture as one image with a title and a description; its ids differ from those of other pictures."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _LINKS)
    root = ET.fromstring(svg)  # noqa: S314 - made by the library from our values, without entities
    own = f"chart-{crc32(svg.encode()):08x}"
    _rename(root, own)
    for name, text in (("desc", described(description)), ("title", plain(title))):
        element = ET.Element(f"{{{_SVG}}}{name}", {"id": f"{own}-{name}"})
        element.text = text
        root.insert(0, element)
    root.set("role", "img")
    root.set("aria-labelledby", f"{own}-title")
    root.set("aria-describedby", f"{own}-desc")
    return ET.tostring(root, encoding="unicode") + "\n"


def _rename(root: ET.Element, own: str) -> None:
    """Give ids, and references to them, a prefix: several pictures may be part of one page. Parts have no roles."""
    for element in root.iter():
        for key in ("role", "aria-roledescription", "aria-label", "aria-hidden"):
            element.attrib.pop(key, None)
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{own}-{value}")
            elif value.startswith("url(#"):
                element.set(key, f"url(#{own}-{value.removeprefix('url(#')}")
