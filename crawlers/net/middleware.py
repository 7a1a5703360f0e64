"""What every downloader middleware of ours starts from."""

from typing import TYPE_CHECKING, Self, cast

from scrapy.crawler import Crawler

if TYPE_CHECKING:
    from crawlers.net.session import Session


class Middleware:
    """A downloader middleware that knows the crawl's session."""

    def __init__(self, session: "Session", crawler: Crawler) -> None:
        self.session = session
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawler, whose spider is made by then."""
        return cls(session_of(crawler), crawler)


def session_of(crawler: Crawler) -> "Session":
    """Return the session of a crawler whose spider is made."""
    return cast("Session", crawler.spider.session)  # type: ignore[union-attr]
