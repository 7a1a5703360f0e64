"""Requests leave only for the portal's scheme, host and port, whoever made them: spider, redirect, retry or robots."""

from scrapy import Request

from crawlers.net.middleware import Middleware


class ScopeMiddleware(Middleware):
    """The last check before the network; unlike Scrapy's, no flag of a request switches it off."""

    def process_request(self, request: Request) -> None:
        """Let the request pass. Raises FetchFailed if it leads out of scope."""
        self.session.check_scope(request.url)
