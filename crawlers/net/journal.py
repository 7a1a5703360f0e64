"""Every response goes into the archive, as it came over the wire, before anything else looks at it."""

from datetime import datetime
from http import HTTPStatus

from scrapy import Request
from scrapy.http import Response

from crawlers.net.middleware import Middleware
from crawlers.plan import Plan
from storage.archive import Exchange, SegmentWriter
from storage.crash import Point, sync_point
from storage.records import VIETNAM

_TRUNCATED = {"dataloss": "disconnect", "download_stopped": "length"}
"""Scrapy's flags of a cut body → WARC-Truncated (WARC 1.1, 5.13)."""


class Journal:
    """The segments that one crawl writes. No file is made before the first response."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._writer: SegmentWriter | None = None

    def append(self, exchange: Exchange) -> None:
        """Archive a response; it is on disk when this returns. Raises OSError, ArchiveError."""
        if self._writer is None:
            plan = self._plan
            self._writer = SegmentWriter(plan.archive, plan.portal, plan.run_id, plan.segment)
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
        session, meta = self.session, request.meta
        session.recorder.statuses[response.status] += 1
        truncated = next((_TRUNCATED[flag] for flag in response.flags if flag in _TRUNCATED), None)
        session.journal.append(
            Exchange(
                run_id=session.plan.run_id,
                portal=session.portal.name,
                purpose=meta["purpose"],
                url=request.url,
                fetched_at=datetime.now(VIETNAM),
                status=response.status,
                reason=_phrase(response.status),
                headers=_headers(response),
                body=response.body,
                listing=meta.get("listing", ""),
                page=meta.get("page", 0),
                item=meta.get("item"),
                parent=meta.get("parent", ""),
                truncated=truncated,
            )
        )
        return response


def _headers(response: Response) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name in response.headers
        for value in response.headers.getlist(name)
    ]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
