"""The cart: quantities by SKU in a cookie.

The cookie is not signed: it holds only what the customer may order anyway. Invalid parts are dropped, so any cookie
gives a valid cart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from apps.schemas import MAX_LINES, MAX_QUANTITY, OrderLine

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
        """Return the cart of a text such as `mug:2.lamp:1`, without invalid parts."""
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
        """Return the number of items."""
        return sum(self.quantities.values())

    def add(self, sku: str, quantity: int) -> "Cart":
        """Return the cart with more of a product; a full cart stays as it is."""
        return self.put(sku, self.quantities.get(sku, 0) + quantity)

    def put(self, sku: str, quantity: int) -> "Cart":
        """Return the cart with this quantity of a product; 0 removes the line."""
        quantities = dict(self.quantities)
        if quantity < 1:
            quantities.pop(sku, None)
        elif sku in quantities or len(quantities) < MAX_LINES:
            quantities[sku] = min(quantity, MAX_QUANTITY)
        return Cart(MappingProxyType(quantities))

    def lines(self) -> tuple[OrderLine, ...]:
        """Return the lines of an order."""
        return tuple(OrderLine(sku=sku, quantity=quantity) for sku, quantity in self.quantities.items())
