"""Bounds address, headers and trailers of a request: uvicorn's parser would collect them without end."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES = 16_384
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 27\r\nconnection: close\r\n\r\n"
    b"The head is over 16384 B.\r\n"
)


class _TooLarge(Exception):
    """What came whole, in one piece or line by line, is over the limit."""


class BoundedHeads(HttpToolsProtocol):
    """Closes a connection that sends so many bytes without a part of a body, or more than that as one head.

    After a chunked body come trailers: nobody asked for them, so they are dropped, but they are counted.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._received = 0
        self._at_once = 0
        self._trailers = 0
        self._in_head = True

    def data_received(self, data: bytes) -> None:
        """Take what came over the connection."""
        self._at_once = len(data)
        self._received += len(data)
        super().data_received(data)
        if self._received > MOST_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins, perhaps in the middle of what was received."""
        self._in_head = True
        self._trailers = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which must not change a request that is being served."""
        if self._in_head:
            super().on_header(name, value)
            return
        self._trailers += len(name) + len(value)
        if self._trailers > MOST_BYTES:
            self._refuse()
            raise _TooLarge

    def on_headers_complete(self) -> None:
        """The head is there; the body has a limit of its own."""
        # What came at once may hold the body, or another request, too: only then the head has to be measured.
        if max(self._received, self._at_once) > MOST_BYTES and self._head_bytes() > MOST_BYTES:
            self._refuse()
            raise _TooLarge
        self._in_head = False
        self._received = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """What comes without a part of the body is counted from here on: the head of a chunk, or a trailer."""
        self._received = 0
        super().on_body(body)

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
        if not self._is_answering():
            self.transport.write(_REFUSAL)
        self.transport.close()

    def _is_answering(self) -> bool:
        """Whether another answer is due, or this one has begun: then a refusal would be taken for a part of it."""
        cycle = self.cycle
        if cycle is None:  # before the first request, whatever the types of uvicorn say
            return False
        return not cycle.response_complete and (self._in_head or cycle.response_started)
