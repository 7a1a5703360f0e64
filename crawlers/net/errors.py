"""The two ways in which a request ends without a response, failure and the run's end; and what Scrapy's errors mean."""

from collections.abc import Iterator

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity.exceptions import CertificateError, VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.internet.error import TimeoutError as TxTimeoutError
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from storage.vocabulary import FetchError

MAX_DETAIL = 300
"""Characters of evidence kept: what a server sends may be long."""


class FetchFailed(IgnoreRequest):
    """A request gave no response to use, or was never sent."""

    def __init__(self, error: FetchError, detail: str = "") -> None:
        self.error = error
        self.detail = detail[:MAX_DETAIL]
        super().__init__(f"{error.value}: {self.detail}" if detail else error.value)


class EndRun(Exception):  # noqa: N818 - no error: a run that used up its budget has ended as it should
    """The run is over: `reason` as in `CrawlReport.reason`, `detail` for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class AddressRefusedError(Exception):
    """A host is served from an address that the guard does not allow."""


class CertificateRefusedError(Exception):
    """The certificate of a host does not verify and is not excepted; the message says what to do."""


_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], FetchError], ...] = (
    ((CertificateRefusedError, SSL.Error, VerificationError, CertificateError), FetchError.TLS),
    ((CannotResolveHostError,), FetchError.DNS),
    ((DownloadConnectionRefusedError, ConnectionRefusedError), FetchError.REFUSED),
    ((DownloadTimeoutError, TxTimeoutError), FetchError.TIMEOUT),
    ((ResponseDataLossError,), FetchError.CUT),
    ((DownloadCancelledError,), FetchError.TOO_LARGE),
    ((AddressRefusedError, UnsupportedURLSchemeError, NotSupported), FetchError.SCOPE),
    ((ConnectError, ConnectionClosed, ConnectionError), FetchError.CONNECTION),
)


def classify(exception: BaseException) -> FetchFailed:
    """Return what an exception of the download handler means. What is unknown is a fault of the protocol."""
    if isinstance(exception, FetchFailed):
        return exception
    causes = list(_causes(exception))
    for kinds, error in _MEANINGS:
        for cause in causes:
            if isinstance(cause, kinds):
                return FetchFailed(error, _words(cause))
    return FetchFailed(FetchError.PROTOCOL, _words(causes[-1]))


def _causes(exception: BaseException) -> Iterator[BaseException]:
    """Yield the exception, what it was raised from, and the reasons that Twisted collected, outermost first."""
    yield exception
    if isinstance(exception, ResponseFailed):
        for reason in exception.reasons:
            inner = reason.value if isinstance(reason, Failure) else reason
            if isinstance(inner, BaseException):
                yield from _causes(inner)
    if exception.__cause__ is not None:
        yield from _causes(exception.__cause__)


def _words(exception: BaseException) -> str:
    text = " ".join(str(exception).split())
    return f"{type(exception).__name__}: {text}" if text else type(exception).__name__
