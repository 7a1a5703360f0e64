"""The download handler for http and https: Scrapy's own, but for five things.

It connects only where `crawlers.net.guard` allows, takes heads of bounded size (`crawlers.net.head`), trusts the
system's certificate authorities and that of `CONGTIN_CA_FILE` (`crawlers.net.certificates`), sends the address byte
for byte as it stands in the request, and archives what came of a body that did not come whole.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from OpenSSL import SSL
from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _ScrapyAgent
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future
from twisted.internet import ssl
from twisted.internet._sslverify import IOpenSSLTrustRoot
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.interfaces import IProtocol, IProtocolFactory, IStreamClientEndpoint
from twisted.web._newclient import Response as TxResponse
from twisted.web.client import URI, Agent
from twisted.web.iweb import IAgentEndpointFactory, IBodyProducer, IResponse
from zope.interface import implementer

from crawlers.net.certificates import CertificatePolicy
from crawlers.net.connect_map import Place
from crawlers.net.guard import allowed_places
from crawlers.net.head import BoundedFactory
from crawlers.net.journal import archive
from crawlers.net.middleware import session_of
from crawlers.net.session import Session
from storage.settings import settings

_IN_PART: dict[type[Exception], str] = {
    DownloadTimeoutError: "time",
    DownloadCancelledError: "length",
    ResponseDataLossError: "disconnect",
}
"""Failures that a body may come in part before → WARC-Truncated (WARC 1.1, 5.13)."""


class Handler(HTTP11DownloadHandler):
    """Downloads one request over a guarded connection. Raises what `crawlers.net.errors.classify` knows."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it when the process starts

        self._pool._factory = BoundedFactory  # noqa: SLF001 - Scrapy sets its own there
        session = self._session = session_of(crawler)
        self._pieces: list[bytes] = []
        crawler.signals.connect(self._received, signals.bytes_received)
        policy = CertificatePolicy(session.portal, cast("IOpenSSLTrustRoot", _TrustRoot(settings().ca_file)))
        endpoints = _GuardedEndpoints(reactor, policy, session)
        self._agent: Agent = _ExactAgent.usingEndpointFactory(  # type: ignore[no-untyped-call]
            reactor, endpoints, pool=self._pool
        )

    async def download_request(self, request: Request) -> Response:
        """Return the response, body as received. Follows Scrapy's handler, with our agent in place of its own."""
        download = _Download(
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            warnsize=self._default_warnsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        download.agent = self._agent
        self._pieces = []
        try:
            with wrap_twisted_exceptions():
                return await maybe_deferred_to_future(download.download_request(request))
        except tuple(_IN_PART) as error:
            if download.answer is not None:
                truncated = next(reason for kind, reason in _IN_PART.items() if isinstance(error, kind))
                self._archive(request, download.answer, truncated)
            raise
        finally:
            self._pieces = []

    def _received(self, data: bytes) -> None:
        """Keep what comes of a body, which Scrapy drops where it does not come whole. One is under way at a time."""
        self._pieces.append(data)

    def _archive(self, request: Request, answer: TxResponse, truncated: str) -> None:
        headers = _Download._headers_from_twisted_response(answer)  # noqa: SLF001 - as Scrapy's own response has them
        body = b"".join(self._pieces)[: self._default_maxsize]
        archive(self._session, request, int(answer.code), headers, body, truncated)


class _Download(_ScrapyAgent):
    """One exchange: Scrapy's limits, time-out and body reader over our agent. No proxy: it would resolve names.

    `answer` is what came before the body.
    """

    agent: Agent
    answer: TxResponse | None = None

    def _cb_bodyready(self, txresponse: TxResponse, request: Request) -> Any:
        self.answer = txresponse
        return super()._cb_bodyready(txresponse, request)

    def _get_agent(self, request: Request, timeout: float) -> Agent:
        del request, timeout
        return self.agent


class _ExactAgent(Agent):
    """An agent whose request line holds the address as given; Twisted's own drops an empty query, for one."""

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Any = None,
        bodyProducer: IBodyProducer | None = None,  # noqa: N803 - Twisted's name
    ) -> Deferred[IResponse]:
        parsed = URI.fromBytes(uri)  # type: ignore[no-untyped-call]
        target = uri[len(parsed.scheme) + len(b"://") + len(parsed.netloc) :]
        if not target.startswith(b"/"):
            target = b"/" + target
        key = (parsed.scheme, parsed.host, parsed.port)
        endpoint = self._getEndpoint(parsed)  # type: ignore[no-untyped-call]
        return self._requestWithEndpoint(key, endpoint, method, parsed, headers, bodyProducer, target)


@implementer(IAgentEndpointFactory)
class _GuardedEndpoints:
    """Makes the endpoint for an address: guarded TCP, for https under TLS with the true name."""

    def __init__(self, reactor: Any, policy: CertificatePolicy, session: Session) -> None:
        self._reactor = reactor
        self._policy = policy
        self._session = session

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:  # noqa: N802 - Twisted's name
        """Return the endpoint to connect to for `uri`."""
        endpoint = cast(
            "IStreamClientEndpoint", _GuardedEndpoint(self._reactor, uri.host.decode("ascii"), uri.port, self._session)
        )
        if uri.scheme == b"https":
            return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)
        return endpoint


@implementer(IStreamClientEndpoint)
class _GuardedEndpoint:
    def __init__(self, reactor: Any, host: str, port: int, session: Session) -> None:
        self._reactor = reactor
        self._host = host
        self._port = port
        self._session = session

    def connect(self, factory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect to the first allowed address that answers; fail as `allowed_places` or with Twisted's errors."""
        return deferred_from_coro(self._connect(factory))

    async def _connect(self, factory: IProtocolFactory) -> IProtocol:
        places = await allowed_places(self._host, self._port, self._session.routes)
        self._session.note_route((self._host.lower(), self._port), places[0])
        return await self._first(places, factory)

    async def _first(self, places: Sequence[Place], factory: IProtocolFactory) -> IProtocol:
        """Try the places in turn, within the time that a request may take in all."""
        seconds = self._session.portal.access.timeout / len(places)
        for number, (address, port) in enumerate(places, 1):
            kind = TCP6ClientEndpoint if ":" in address else TCP4ClientEndpoint
            try:
                connection = kind(self._reactor, address, port, timeout=seconds).connect(factory)
                return cast("IProtocol", await maybe_deferred_to_future(connection))
            except Exception:  # whatever it was, the next address may answer; the last one's error counts
                if number == len(places):
                    raise
        raise AssertionError("unreachable: there is at least one place")


@implementer(IOpenSSLTrustRoot)
class _TrustRoot:
    """The system's certificate authorities, and those of a file besides them."""

    def __init__(self, extra: Path | None) -> None:
        self._extra = extra

    def _addCACertsToContext(self, context: SSL.Context) -> None:  # noqa: N802 - Twisted's name
        ssl.platformTrust()._addCACertsToContext(context)  # type: ignore[no-untyped-call]  # noqa: SLF001
        if self._extra is not None:
            context.load_verify_locations(str(self._extra))
