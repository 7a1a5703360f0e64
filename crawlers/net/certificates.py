"""Certificates: verified for every host; what a portal's file excepts is accepted as well, until its day.

An exception names one certificate by its fingerprint, so that no other is taken for it; issuer, name and dates then no
longer matter. A refusal names portal, host, fingerprint and what to do.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import cast

from OpenSSL import SSL
from OpenSSL._util import ffi, lib
from OpenSSL.crypto import X509
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet._sslverify import ClientTLSOptions, IOpenSSLTrustRoot, optionsForClientTLS
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOProtocol
from twisted.python.failure import Failure
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from crawlers.net.errors import CertificateRefusedError
from crawlers.portal import CertificateException, Portal
from storage.records import VIETNAM

logger = logging.getLogger(__name__)

_Check = Callable[[SSL.Connection, X509, int, int, int], bool]


@implementer(IPolicyForHTTPS)
class CertificatePolicy:
    """Says how the certificate of each host is verified.

    Args:
        portal: whose file may except certificates.
        trust: the certificate authorities.
    """

    def __init__(self, portal: Portal, trust: IOpenSSLTrustRoot) -> None:
        self._portal = portal
        self._trust = trust

    def creatorForNetloc(self, hostname: bytes, port: int) -> IOpenSSLClientConnectionCreator:  # noqa: N802 - Twisted's
        """Return what makes the TLS connections to a host."""
        del port
        options: ClientTLSOptions = optionsForClientTLS(hostname.decode("ascii"), trustRoot=self._trust)
        return cast("IOpenSSLClientConnectionCreator", _Verifying(options, self._portal))


@implementer(IOpenSSLClientConnectionCreator)
class _Verifying:
    def __init__(self, options: ClientTLSOptions, portal: Portal) -> None:
        self._options = options
        self._portal = portal

    def clientConnectionForTLS(self, tlsProtocol: TLSMemoryBIOProtocol) -> SSL.Connection:  # noqa: N802, N803
        """Return a connection that is verified by us in place of Twisted's own callback."""
        connection: SSL.Connection = self._options.clientConnectionForTLS(tlsProtocol)
        check = Verification(self._options._hostnameASCII, self._portal, tlsProtocol)  # noqa: SLF001
        connection.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, check)
        return connection


class Verification:
    """The verification of one connection: what OpenSSL asks for each certificate of a chain, the leaf's among the last.

    Args:
        host: name that the certificate must be for.
        portal: whose exceptions hold.
        protocol: is told why a certificate is refused.
    """

    def __init__(self, host: str, portal: Portal, protocol: TLSMemoryBIOProtocol) -> None:
        self._host = host
        self._portal = portal
        self._protocol = protocol
        self._exceptions = [one for one in portal.access.certificates if one.host == host.lower().rstrip(".")]
        self._problem = ""
        self._leaf: X509 | None = None
        self._excepted = False

    def __call__(self, connection: SSL.Connection, certificate: X509, error: int, depth: int, ok: int) -> bool:
        """Return whether to go on. Whatever is raised here would be lost in OpenSSL: the protocol is told instead."""
        del connection
        try:
            return self._goes_on(certificate, error, depth, ok=bool(ok))
        except Exception:  # noqa: BLE001 - see above
            self._protocol.failVerification(Failure())  # type: ignore[no-untyped-call]
            return False

    def _goes_on(self, certificate: X509, error: int, depth: int, *, ok: bool) -> bool:
        if not ok:
            self._problem = self._problem or _words(error)
        if depth == 0 and self._leaf is None:
            self._leaf = certificate
            self._excepted = self._is_excepted(certificate)
        if self._excepted:
            return True
        if not self._problem and depth == 0:
            self._problem = self._wrong_name(certificate)
        if not self._problem:
            return True
        if self._leaf is None:
            return True  # the leaf comes last, and decides: it may be excepted
        raise CertificateRefusedError(self._refusal(self._leaf))

    def _is_excepted(self, leaf: X509) -> bool:
        exception = next((one for one in self._exceptions if one.sha256 == _fingerprint(leaf) and _holds(one)), None)
        if exception is not None:
            logger.info("certificate of %s excepted until %s: %s", self._host, exception.expires, exception.reason)
        return exception is not None

    def _wrong_name(self, leaf: X509) -> str:
        wanted = (DNS_ID if self._is_name() else IPAddress_ID)(self._host)
        try:
            verify_service_identity(extract_patterns(leaf), [wanted], [])
        except (VerificationError, CertificateError):
            return "for another name"
        return ""

    def _is_name(self) -> bool:
        return not (":" in self._host or self._host.replace(".", "").isdigit())

    def _refusal(self, leaf: X509) -> str:
        """Return what is wrong and what to do, in less than the 300 characters that a report keeps."""
        found = _fingerprint(leaf)
        over = next((one for one in self._exceptions if one.sha256 == found), None)
        if over is not None:
            todo = f"its exception ended on {over.expires}: have the host mended, or confirm it anew in `expires`"
        elif self._exceptions:
            todo = "it is not the one excepted: ask the owner whether it was changed"
        else:
            todo = "ask the owner; the portal's file may except it (Access.certificates)"
        return f"portal {self._portal.name}, {self._host}: {self._problem}; sha256 {found}; {todo}"


def _holds(exception: CertificateException) -> bool:
    return datetime.now(VIETNAM).date() <= exception.expires


def _fingerprint(certificate: X509) -> str:
    return certificate.digest("sha256").decode("ascii").replace(":", "").lower()


def _words(error: int) -> str:
    return str(ffi.string(lib.X509_verify_cert_error_string(error)).decode("utf-8", "replace"))
