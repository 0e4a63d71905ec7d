"""The bodies of requests between the tiers."""

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
    """Return `text` when it can be an address.

    Raises:
        ValueError: it cannot be one.
    """
    if not text.isprintable() or EMAIL.fullmatch(text) is None:
        raise ValueError("not an e-mail address")
    return text


Email = Annotated[str, AfterValidator(is_email)]
IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,128}$")]


class Message(BaseModel):
    """An immutable body without unknown members."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderLine(Message):
    """A quantity of one product."""

    sku: Sku
    quantity: int = Field(ge=1, le=MAX_QUANTITY)


class OrderRequest(Message):
    """An order as a customer sends it."""

    items: tuple[OrderLine, ...] = Field(min_length=1, max_length=MAX_LINES)
    email: Email

    def quantities(self) -> dict[str, int]:
        """Return quantities sorted by SKU; lines of the same product are added."""
        total: dict[str, int] = {}
        for line in sorted(self.items, key=lambda item: item.sku):
            total[line.sku] = total.get(line.sku, 0) + line.quantity
        return total

    def digest(self) -> str:
        """Return a digest that does not depend on the order of the lines."""
        canonical = json.dumps([list(self.quantities().items()), self.email], separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
