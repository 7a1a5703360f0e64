"""The cookie bounce: a page that is nothing but a script that sets a cookie and loads the page again.

Seen on .vn hosts as 177 bytes that set `D1N`. Honoured only where the portal's file says so (`Access.cookie_bounce`):
then the cookie is sent to that host for the rest of the run, and the request once more. No script is run; a page that
computes its cookie, or comes again all the same, goes on and is refused as a challenge by reading.
"""

import re

from scrapy import Request
from scrapy.http import Response

from crawlers.net.address import host_of
from crawlers.net.decoding import lower_headers
from crawlers.net.middleware import Middleware
from storage.archive import BodyError, decode_body

MAX_SIZE = 2000
"""Bytes of such a page at most; no page with an article is so small and sets a cookie by script."""

_COOKIE = re.compile(
    # RFC 6265, 4.1.1: a token, and octets without controls, space, quotes, comma, semicolon, backslash.
    rb"""document\.cookie\s*=\s*(["'])(?P<name>[!#$%&*+.^_`|~0-9A-Za-z-]{1,64})="""
    rb"""(?P<value>[\x21\x23-\x26\x28-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,512})\s*(?:;[^"']{0,300})?\1""",
    re.IGNORECASE,
)
_RELOAD = re.compile(rb"\blocation\s*(?:\.\s*(?:reload|replace|assign)\s*\(|(?:\.\s*href)?\s*=)", re.IGNORECASE)


class BounceMiddleware(Middleware):
    """Answers cookie bounces where the portal says so; elsewhere no request carries a cookie from here."""

    def process_request(self, request: Request) -> None:
        """Give the request the cookies of its host, and of no other host that a redirect came from."""
        request.headers.pop("Cookie", None)
        cookies = self.session.bounced.get(host_of(request.url), {})
        if self.session.portal.access.cookies:
            request.cookies = [{"name": name, "value": value} for name, value in cookies.items()]  # for Scrapy's jar
        elif cookies:
            request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """Return the same request, now with the cookie, for a bounce that was not answered yet; else the response."""
        host = host_of(request.url)
        if not self.session.portal.access.cookie_bounce or request.meta.get("bounced") == host:
            return response
        if response.status != 200 or (cookie := bounce_cookie(_decoded(response))) is None:
            return response
        name, value = cookie
        self.session.bounced.setdefault(host, {})[name] = value
        return request.replace(meta={**request.meta, "bounced": host}, dont_filter=True)


def bounce_cookie(body: bytes) -> tuple[str, str] | None:
    """Return name and value of the cookie that a bounce asks for; None for any other page."""
    if len(body) > MAX_SIZE or not _RELOAD.search(body):
        return None
    match = _COOKIE.search(body)
    return (match["name"].decode("ascii"), match["value"].decode("ascii")) if match else None


def _decoded(response: Response) -> bytes:
    if len(response.body) > MAX_SIZE:
        return b""
    try:
        return decode_body(response.body, lower_headers(response))
    except BodyError:
        return b""
