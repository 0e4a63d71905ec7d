"""What the shop and the Collector have to take out, and what they have to leave: both are held against this list."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TEXTS = {
    "assignment": "password={}",
    "header": "Authorization: Bearer {}",
    "unknown scheme": "authorization: Token {}",
    "several parameters": 'Authorization: Digest username="anna", response="{}"',
    "loose bearer": "sent bearer {} to them",
    "loose basic": "sent Basic {}== to them",
    "python dict": "{{'Authorization': 'Bearer {}'}}",
    "json": '{{"api_key": "{}"}}',
    "json with spaces": '{{"password": "correct horse {}"}}',
    "escaped json": r"{{\"api_key\": \"{}\"}}",
    "quoted with spaces": "passphrase: 'correct horse {}'",
    "cookie": "Cookie: theme=dark; shop={}; lang=en",
    "set-cookie": "Set-Cookie: shop={}; HttpOnly",
    "session": "JSESSIONID={}",
    "query": "token={}&next=/",
    "longer name in a query": "next=/&access_token={}",
    "signed address": "http://h/file?X-Amz-Signature={}",
    "percent-encoded": "/login?next=%2Freset%3Ftoken%3D{}",
    "whole address": "http://h/reset?next=/&reset_token={}",
    "user and password of an address": "http://anna:{}@h/",
    "short name": "pwd={}",
    "json web token": "the one eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl was",
}
"""Texts by their shape; a secret goes into the braces."""
NAMES = (
    "user.password",
    "Authorization",
    "http.request.header.authorization",
    "http.request.header.cookie",
    "http.response.header.set-cookie",
    "API_KEY",
    "aws.private_key",
    "refresh_token",
    "db.credential",
    "session.id",
    "ftp.pwd",
    "payment.card-number",
)
"""Names of attributes whose value goes, whatever it is."""
CARDS = ("4111111111111111", "4111 1111 1111 1111", "5500-0055-5555-5559", "378282246310005", "3782 822463 10005")
CARD_NUMBER = 4012888888881881
"""Comes as a number."""
HARMLESS = {
    "harmless.words": "the basic understanding of a token bucket: a password is a secret",
    "harmless.count": "max_tokens: 100",
    "harmless.id": "order 7f2d4111-2222-4333-8444-123456789012 placed",
    "harmless.time": "at 1795766654663977123",
    "url.full": "http://127.0.0.1:8000/products?page=2&sort=signal",
    "harmless.design": "design=wide assigned=7",
    "order_id": "66018716-6861-4523-8711-4d0cf1f01d7c",  # begins like the number of a card
    "shop.order.id": "66018716-6861-4523-8711-4d0cf1f01d7c",
}
"""Attributes that arrive as they were sent."""


@dataclass(slots=True)
class Planted:
    """Hands out secrets and remembers where each was put."""

    where: dict[str, str] = field(default_factory=dict)
    _next: Iterator[int] = field(default_factory=itertools.count)

    def secret(self, place: str) -> str:
        """Return a new secret."""
        made = f"leak{next(self._next):04d}x"
        self.where[made] = place
        return made

    def texts(self, place: str) -> dict[str, str]:
        """Return a text of each shape, with a secret in it."""
        return {shape: text.format(self.secret(f"{place}: {shape}")) for shape, text in TEXTS.items()}

    def content(self, place: str) -> dict[str, Any]:
        """Return attributes with secrets as texts, under telling names, and deep inside of lists and mappings."""
        named = {name: self.secret(f"{place}: {name}") for name in NAMES}
        return {
            **self.texts(place),
            **named,
            "mapping": self.texts(f"{place}, in a mapping") | {"deeper": {"token": self.secret(f"{place}, deeper")}},
            "list": list(self.texts(f"{place}, in a list").values()),
            "list of mappings": [{"cookie": self.secret(f"{place}, in a mapping in a list")}],
            "secret.list": [self.secret(f"{place}, list under a telling name")],
            "url.query": f"token={self.secret(f'{place}, url.query')}",
        }

    def left(self, text: str) -> list[str]:
        """Return the places whose secret is in a text that should have none."""
        return [place for secret, place in self.where.items() if secret in text]
