"""Liferay 6.2: a portlet's pager counts its pages in `_<portlet>_cur` (seen on sotttt.hanoi.gov.vn and others, 2022).

Any page can be asked for by that number; the other parameters of the pager's link are kept as they are.
"""

import re

from lxml.html import HtmlElement

from crawlers.platforms.base import PortalSpider
from crawlers.platforms.links import Link, LinkPager, Numbered, links, query_form
from crawlers.platforms.pager import Page

_CUR = re.compile(r"_\w+_cur|cur\d*")


class _CurPager(LinkPager):
    """Of several portlets with pagers, the one that holds the listing's rows counts; it is chosen on the first page."""

    def __init__(self) -> None:
        super().__init__()
        self._form: Numbered | None = None

    def form(self, page: Page, candidates: list[Link]) -> Numbered | None:
        if self._form is None:
            counting = [link for link in candidates if query_form([link], _CUR)]
            rows = [portlet_of(link.element) for link in links(page) if link.url in page.rows]
            counting.sort(key=lambda link: -rows.count(portlet_of(link.element)))
            self._form = query_form(counting, _CUR) or super().form(page, candidates)
        return self._form


def portlet_of(element: HtmlElement) -> HtmlElement | None:
    """Return the portlet that an element stands in (`#p_p_id_…`); None if it stands in none."""
    return next((node for node in element.iterancestors() if (node.get("id") or "").startswith("p_p_id_")), None)


class Platform(PortalSpider):
    """A portal on Liferay."""

    pager = _CurPager
