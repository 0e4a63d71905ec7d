"""Bounds the head of a request, address and headers: uvicorn's parser would collect one without end."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 16_384
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 27\r\nconnection: close\r\n\r\n"
    b"The head is over 16384 B.\r\n"
)


class _TooLarge(Exception):
    """The head came whole, in one piece, and is over the limit."""


class BoundedHeads(HttpToolsProtocol):
    """Closes a connection whose request is still not past its headers after so many bytes, or has more in them."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._received = 0
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what came over the connection."""
        self._received = self._received + len(data) if self._in_head else len(data)
        super().data_received(data)
        if self._in_head and self._received > MOST_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the middle of what was received."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there; the body has a limit of its own."""
        # What came at once may hold the body, too: only then the head has to be measured.
        if self._received > MOST_BYTES and self._head_bytes() > MOST_BYTES:
            self._refuse()
            raise _TooLarge
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes next belongs to another request."""
        self._in_head = True
        self._received = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP; the parser calls our refusal that, too."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    def _head_bytes(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _refuse(self) -> None:
        self.transport.write(_REFUSAL)
        self.transport.close()
