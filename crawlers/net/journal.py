"""Every response goes into the archive, as it came over the wire, before anything else looks at it."""

from collections.abc import Container
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Headers, Response

from crawlers.net.middleware import Middleware
from crawlers.plan import Plan
from storage.archive import Exchange, Posted, SegmentWriter
from storage.archive.writer import SHARED_BYTES
from storage.crash import Point, sync_point
from storage.records import VIETNAM
from storage.settings import settings

if TYPE_CHECKING:
    from crawlers.net.session import Session

_TRUNCATED = {"dataloss": "disconnect", "download_stopped": "length"}
"""Scrapy's flags of a cut body → WARC-Truncated (WARC 1.1, 5.13)."""


_SECRET = frozenset({b"Authorization", b"Cookie", b"Proxy-Authorization"})
"""Request headers that are not archived."""


class Journal:
    """The segments that one crawl writes. No file is made before the first response."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._writer: SegmentWriter | None = None

    def append(self, exchange: Exchange) -> None:
        """Archive a response; it is on disk when this returns. Raises OSError, ArchiveError."""
        if self._writer is None:
            plan = self._plan
            limits: dict[str, Any] = {}
            if settings().archive_store:
                limits = {"max_bytes": SHARED_BYTES, "max_seconds": settings().segment_minutes * 60}
            self._writer = SegmentWriter(plan.archive, plan.portal, plan.run_id, plan.segment, **limits)
        self._writer.append(exchange)

    def close(self) -> tuple[str, ...]:
        """Seal the open segment and return the names of all that hold a record. Raises OSError."""
        if self._writer is None:
            return ()
        self._writer.seal()
        return self._writer.segments


class JournalMiddleware(Middleware):
    """Stands nearest to the network: body still coded, redirects and errors not yet judged."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Archive the response and count its status; return it unchanged. Raises OSError if it cannot be written."""
        sync_point(Point.ANSWERED)
        truncated = next((_TRUNCATED[flag] for flag in response.flags if flag in _TRUNCATED), None)
        archive(self.session, request, response.status, response.headers, response.body, truncated)
        return response


def archive(
    session: "Session", request: Request, status: int, headers: Headers, body: bytes, truncated: str | None
) -> None:
    """Archive an answer, whole or as far as it came, and count its status. Raises OSError if it cannot be written."""
    meta = request.meta
    session.recorder.statuses[status] += 1
    session.journal.append(
        Exchange(
            run_id=session.plan.run_id,
            portal=session.portal.name,
            purpose=meta["purpose"],
            url=request.url,
            fetched_at=datetime.now(VIETNAM),
            status=status,
            reason=_phrase(status),
            headers=_lines(headers),
            body=body,
            listing=meta.get("listing", ""),
            page=meta.get("page", 0),
            item=meta.get("item"),
            parent=meta.get("parent", ""),
            truncated=truncated,
            posted=Posted(_lines(request.headers, _SECRET), request.body) if request.body else None,
        )
    )


def _lines(headers: Headers, without: Container[bytes] = ()) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name in headers
        if name not in without
        for value in headers.getlist(name)
    ]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
