"""Bounds the head of a request, address and headers: uvicorn's parser would collect one without end."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 16_384
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 27\r\nconnection: close\r\n\r\n"
    b"The head is over 16384 B.\r\n"
)


class BoundedHeads(HttpToolsProtocol):
    """Closes a connection whose request is still not past its headers after so many bytes."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._received = 0
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what came over the connection."""
        self._received = self._received + len(data) if self._in_head else len(data)
        super().data_received(data)
        if self._in_head and self._received > MOST_BYTES and not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the middle of what was received."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is there; the body has a limit of its own."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What comes next belongs to another request."""
        self._in_head = True
        self._received = 0
        super().on_message_complete()
