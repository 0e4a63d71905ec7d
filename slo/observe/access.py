"""The credentials that a server requires: headers, a bearer token, a private CA, a client certificate."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slo.observe.files import read_small, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?")
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding"})
_TENANT = "x-scope-orgid"
_WORD = re.compile(r"[\x21-\x7e]+")
_NO_VALUE = "not the value of a header; write one line of printable ASCII characters"
_NO_WORD = "not a bearer token; write the token alone, printable ASCII characters without spaces"


class HeaderError(ValueError):
    """An invalid header; the message does not contain its value."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header whose value is given, or is in a file and follows `prefix`."""

    name: str
    value: str = field(default="", repr=False)
    file: str = ""
    prefix: str = ""
    named_by: str = ""

    def read(self) -> str:
        """Return the value.

        Raises:
            ObserveError: the file is missing, empty, or not one printable line.
        """
        if not self.file:
            return self.value
        try:
            text = read_small(self.file, self.named_by).decode("ascii").strip()
        except UnicodeDecodeError:
            raise unusable(self.file, _NO_WORD if self.prefix else _NO_VALUE, self.named_by) from None
        if not text:
            what = "token alone" if self.prefix else f"value of the header {self.name}"
            raise unusable(self.file, f"this file is empty; write the {what} into it", self.named_by)
        if not (_VALUE if not self.prefix else _WORD).fullmatch(text):
            raise unusable(self.file, _NO_WORD if self.prefix else _NO_VALUE, self.named_by)
        return self.prefix + text


def parse_header(text: str) -> Header:
    """Return the header of `NAME:VALUE`, or of `NAME:@FILE`.

    Raises:
        HeaderError: the text has no colon, or an invalid name or value.
    """
    name, colon, value = (part.strip(" \t") for part in text.partition(":"))
    if not colon:
        raise HeaderError("no colon; write NAME:VALUE, such as X-Scope-OrgID:shop")
    if not _NAME.fullmatch(name):
        raise HeaderError("invalid header name; write NAME:VALUE")
    if name.lower() in _OURS:
        raise HeaderError(f"{name} is set by the HTTP library; leave it out")
    if value.startswith("@"):
        if not value[1:]:
            raise HeaderError(f"{name} has no file after @; write {name}:@FILE")
        return Header(name, file=value[1:])
    if not value:
        raise HeaderError(f"{name} has no value; write {name}:VALUE")
    if not _VALUE.fullmatch(value):
        raise HeaderError(f"the value of {name} has characters other than printable ASCII")
    return Header(name, value)


@dataclass(frozen=True, slots=True)
class Access:
    """Headers and certificates for each request; none by default."""

    headers: tuple[Header, ...] = ()
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The environment variable of each field that has one; the others come from options."""

    def named_by(self, name: str) -> str:
        """Return the option or variable that the file in this field comes from."""
        return self.variables.get(name) or f"--{name.replace('_', '-')}"

    @property
    def secret(self) -> bool:
        """Whether another host must not get what is sent."""
        return bool(self.headers or self.client_cert)

    @property
    def authenticates(self) -> bool:
        """Whether more than the name of a tenant is sent."""
        return bool(self.client_cert) or any(header.name.lower() != _TENANT for header in self.headers)

    def read_headers(self) -> dict[str, str]:
        """Return the headers to send.

        Raises:
            ObserveError: a file of one cannot be read.
        """
        return {header.name: header.read() for header in self.headers}


ANONYMOUS = Access()
