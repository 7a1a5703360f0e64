"""Papers of the `-a<id>.html` CMS (Báo Long An and its sisters): the next page is a link, `div.fright a` with a ">".

Seen in stored crawls of 2020; the sister paper baotayninh.vn numbers its pages, `?p=3&d=`. Pages are read one after the
other: what `d` stands for is not known.
"""

from crawlers.net.address import resolve
from crawlers.platforms.base import PortalSpider
from crawlers.platforms.links import Link, LinkPager, Numbered, address_of
from crawlers.platforms.pager import Page
from crawlers.reading.tree import css, text_of


class _NextLink(LinkPager):
    def next_link(self, page: Page, candidates: list[Link]) -> Link | None:
        for element in css(page.root, "div.fright a"):
            text = text_of(element)
            url = resolve(page.url, address_of(element))
            if ">" in text and url and url not in self._asked:
                return Link(text, url, element)
        return super().next_link(page, candidates)

    def form(self, page: Page, candidates: list[Link]) -> Numbered | None:
        del page, candidates
        return None


class Platform(PortalSpider):
    """A paper of this CMS."""

    pager = _NextLink
