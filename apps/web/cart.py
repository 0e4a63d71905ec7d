"""The cart: a small map of SKU to quantity that lives in a cookie of the visitor.

The cookie is not signed: it holds nothing but what the visitor may order anyway, and whoever edits it edits their own
cart. What does not look like a cart line is dropped, so any cookie gives a valid cart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from apps.messages import MAX_LINES, MAX_QUANTITY, OrderLine

COOKIE = "cart"
MAX_AGE_SECONDS = 7 * 24 * 3600
MAX_LENGTH = 1024
LINE = re.compile(r"([a-z0-9][a-z0-9-]{0,31}):([1-9][0-9]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cart:
    """Quantities by SKU; never more lines or pieces than an order may have."""

    quantities: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, text: str) -> "Cart":
        """The cart that `text` describes (`mug:2.lamp:1`), without what it does not understand."""
        quantities: dict[str, int] = {}
        for part in text[:MAX_LENGTH].split("."):
            match = LINE.fullmatch(part)
            if match is not None and (match[1] in quantities or len(quantities) < MAX_LINES):
                quantities[match[1]] = int(match[2])
        return cls(MappingProxyType(quantities))

    def __str__(self) -> str:
        return ".".join(f"{sku}:{quantity}" for sku, quantity in self.quantities.items())

    @property
    def pieces(self) -> int:
        """How many things are in the cart."""
        return sum(self.quantities.values())

    def add(self, sku: str, quantity: int) -> "Cart":
        """The cart with so many more of a product; it stays as it is when it is full."""
        return self.put(sku, self.quantities.get(sku, 0) + quantity)

    def put(self, sku: str, quantity: int) -> "Cart":
        """The cart with exactly so many of a product; none removes the line."""
        quantities = dict(self.quantities)
        if quantity < 1:
            quantities.pop(sku, None)
        elif sku in quantities or len(quantities) < MAX_LINES:
            quantities[sku] = min(quantity, MAX_QUANTITY)
        return Cart(MappingProxyType(quantities))

    def lines(self) -> tuple[OrderLine, ...]:
        """The cart as the lines of an order."""
        return tuple(OrderLine(sku=sku, quantity=quantity) for sku, quantity in self.quantities.items())
