"""Responses within bounds: Scrapy limits the body of a response, not the lines before it, nor what comes after it.

A body that goes on behind its announced length is taken as cut: the page would be stored without its end.
"""

from contextlib import suppress

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web._newclient import HTTP11ClientProtocol, ParseError
from twisted.web._newclient import Request as TxRequest
from twisted.web.http import _DataLoss, _IdentityTransferDecoder
from twisted.web.http_headers import InvalidHeaderName
from twisted.web.iweb import IResponse

MAX_HEAD = 256 * 1024
"""Bytes of status line and headers together; browsers refuse from 256 KiB on (Chromium), portals send under 4."""


class HeadTooLargeError(Exception):
    """A server sends more header lines than any page needs."""


class _Parser(_LenientHTTPClientParser):
    head = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.head += len(line)
        if self.head > MAX_HEAD:
            raise HeadTooLargeError(f"more than {MAX_HEAD} bytes of headers")
        super().lineReceived(line)

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 - Twisted's name
        # As Scrapy does with lines that hold no colon, and browsers with both: such a line says nothing.
        with suppress(InvalidHeaderName):
            super().headerReceived(name, value)  # type: ignore[no-untyped-call]

    def statusReceived(self, status: bytes) -> None:  # noqa: N802 - Twisted's name
        super().statusReceived(status)  # type: ignore[no-untyped-call]
        if not 100 <= self.response.code <= 999:
            raise ParseError("no status code", status)  # type: ignore[no-untyped-call]


class _GoesOn:
    """Stands in for the decoder of a body whose length was announced too short."""

    def noMoreData(self) -> None:  # noqa: N802 - Twisted's name
        raise _DataLoss("the body goes on behind its Content-Length")


class _ClientProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: TxRequest) -> Deferred[IResponse]:
        response = super().request(request)
        if self._parser is not None:
            self._parser.__class__ = _Parser  # as Scrapy's own does: Twisted names the class in the method itself
        return response

    def _finishResponse_WAITING(self, rest: bytes) -> None:  # noqa: N802 - Twisted's name
        if rest and self._currentRequest is not None:
            # What was sent beyond the response must not be taken for the answer to the next request.
            self._currentRequest.persistent = False
            if self._parser is not None and isinstance(self._parser.bodyDecoder, _IdentityTransferDecoder):
                further = rest.lstrip()
                if further and not further.startswith(b"HTTP/"):
                    self._parser.bodyDecoder = _GoesOn()  # type: ignore[assignment]
        super()._finishResponse_WAITING(rest)


class BoundedFactory(_LenientHTTP11ClientFactory):
    """Builds client protocols whose responses have a head of bounded size."""

    def buildProtocol(self, addr: IAddress | None) -> HTTP11ClientProtocol:  # noqa: N802 - Twisted's name
        """Return the protocol of one connection."""
        del addr
        return _ClientProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
