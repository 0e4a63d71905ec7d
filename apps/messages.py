"""What the tiers say to each other: the bodies of requests and answers."""

import hashlib
import json
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MAX_LINES = 20
MAX_QUANTITY = 99

Sku = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}", re.ASCII)


def is_email(text: str) -> str:
    """`text` when it can be an address.

    Raises:
        ValueError: it cannot.
    """
    if not text.isprintable() or EMAIL.fullmatch(text) is None:
        raise ValueError("this is no e-mail address")
    return text


Email = Annotated[str, AfterValidator(is_email)]
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class Message(BaseModel):
    """Unknown members are refused and nothing changes after validation."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderLine(Message):
    """So many of one product."""

    sku: Sku
    quantity: int = Field(ge=1, le=MAX_QUANTITY)


class OrderRequest(Message):
    """What a customer wants to buy."""

    items: tuple[OrderLine, ...] = Field(min_length=1, max_length=MAX_LINES)
    email: Email

    def quantities(self) -> dict[str, int]:
        """Quantity by SKU, sorted by SKU: lines that repeat a product are added up."""
        total: dict[str, int] = {}
        for line in sorted(self.items, key=lambda item: item.sku):
            total[line.sku] = total.get(line.sku, 0) + line.quantity
        return total

    def digest(self) -> str:
        """Equal for orders that mean the same, whatever the order of their lines."""
        canonical = json.dumps([list(self.quantities().items()), self.email], separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
