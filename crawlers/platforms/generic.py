"""Portals of no known family: pages are turned by links that say so, or by their numbers."""

from crawlers.platforms.base import PortalSpider
from crawlers.platforms.links import LinkPager


class Platform(PortalSpider):
    """Any portal whose listing links to its next page."""

    pager = LinkPager
