"""SharePoint: a list view leads on by `?Paged=TRUE&…&PageFirstRow=N`, often from a script, `RefreshPageTo(event, "…")`.

Such an address names the last row above the page, so pages can only be reached one after the other. Sites of their own
making number their pages (`?Page=2`, `?p=2`), or link to the next.
"""

import re
from urllib.parse import parse_qs, urlsplit

from crawlers.platforms.base import PortalSpider
from crawlers.platforms.links import Link, LinkPager, Numbered, numbered_form, query_form
from crawlers.platforms.pager import Page

_PAGE = re.compile(r"p|page|trang|pageindex|pagenumber|currentpage", re.IGNORECASE)


class _ViewPager(LinkPager):
    def next_link(self, page: Page, candidates: list[Link]) -> Link | None:
        here = _first_row(page.url)
        further = [link for link in candidates if _first_row(link.url) > here and not _leads_back(link.url)]
        return min(further, key=lambda link: _first_row(link.url), default=None) or super().next_link(page, candidates)

    def form(self, page: Page, candidates: list[Link]) -> Numbered | None:
        if any(_first_row(link.url) for link in candidates):
            return None
        return numbered_form(page, candidates) or query_form(candidates, _PAGE)


def _first_row(url: str) -> int:
    """Return the number of a view page's first row; 0 if the address is none."""
    values = parse_qs(urlsplit(url).query)
    first = next((value[-1] for key, value in values.items() if key.lower() == "pagefirstrow"), "")
    return int(first) if first.isascii() and first.isdigit() else 0


def _leads_back(url: str) -> bool:
    return "pagedprev=true" in url.lower()


class Platform(PortalSpider):
    """A portal on SharePoint."""

    pager = _ViewPager
