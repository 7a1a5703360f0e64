"""Redirects, inside the portal's scope only. Refresh headers and meta refresh are not followed."""

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import resolve
from crawlers.net.errors import FetchFailed
from crawlers.net.middleware import Middleware
from crawlers.private_sections import private_section
from storage.vocabulary import FetchError, Purpose

MAX_HOPS = 5
"""As for robots.txt in RFC 9309, 2.3.1.2; browsers follow 20, a portal needs two."""

TOO_MANY_HOPS = f"more than {MAX_HOPS} redirects"

_CONDITIONS = (b"If-None-Match", b"If-Modified-Since")

_CODES = frozenset({301, 302, 303, 307, 308})


class RedirectMiddleware(Middleware):
    """Turns a redirect into the request it asks for."""

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the next hop's request; the response itself if it is no redirect.

        Raises:
            FetchFailed: PRIVATE where an article leads into a private section, REDIRECT with the target where it leads
                out of scope, PROTOCOL for too many hops or none.
        """
        if response.status not in _CODES:
            return response
        location = response.headers.get(b"Location")
        if not location:
            raise FetchFailed(FetchError.PROTOCOL, f"HTTP {response.status} without a Location")
        target = resolve(request.url, location.decode("utf-8", "replace"))
        try:
            self.session.check_scope(target)
        except FetchFailed:
            raise FetchFailed(FetchError.REDIRECT, target or location.decode("latin-1")) from None
        kind = private_section(target, None, self.session.portal.opens)
        if kind is not None and request.meta["purpose"] is Purpose.ARTICLE:
            raise FetchFailed(FetchError.PRIVATE, f"redirects to {kind}")
        hops = request.meta.get("hops", 0) + 1
        if hops > MAX_HOPS:
            raise FetchFailed(FetchError.PROTOCOL, TOO_MANY_HOPS)
        meta = {**request.meta, "hops": hops, "parent": request.url}
        meta.pop("tries", None)
        headers = request.headers.copy()
        for name in _CONDITIONS:  # they are of the address that was asked, not of the one it leads to
            headers.pop(name, None)
        becomes_get = response.status == 303 or (response.status in {301, 302} and request.method == "POST")
        if becomes_get:
            headers.pop(b"Content-Type", None)
            return request.replace(url=target, meta=meta, method="GET", body=b"", headers=headers)
        return request.replace(url=target, meta=meta, headers=headers)
