"""A spider class for every portal file, so that `scrapy list` and `scrapy crawl NAME` know them.

The portal file states facts; the class of its CMS family in `crawlers.platforms` knows how to page.
"""

import importlib
import logging
import pkgutil
from typing import Self

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawlers import platforms, rules
from crawlers.net.address import origin_of
from crawlers.net.manners import missing_contact
from crawlers.platforms.base import PortalSpider
from crawlers.portal import Portal
from crawlers.portals import PortalError, load, load_all

Names = list[str]  # the class below has a method named `list`

logger = logging.getLogger(__name__)


def spider_class(portal: Portal) -> type[PortalSpider]:
    """Return the spider of a portal: a subclass of its platform's, named after the portal.

    A family that has rules and no way of its own to turn pages is turned as any portal.

    Raises:
        PortalError: there is no such platform.
    """
    known = {module.name for module in pkgutil.iter_modules(platforms.__path__)} - _NOT_PLATFORMS
    if portal.platform not in known | set(rules.families()):
        raise PortalError(f"portal {portal.name}: no platform {portal.platform!r} in crawlers/platforms")
    module = portal.platform if portal.platform in known else "generic"
    base: type[PortalSpider] = importlib.import_module(f"{platforms.__name__}.{module}").Platform
    return type(portal.spider_class_name, (base,), {"name": portal.name, "portal": portal, "__doc__": portal.title})


_NOT_PLATFORMS = frozenset({"base", "links", "pager", "walk"})


class SpiderLoader:
    """Finds spiders for Scrapy (`SPIDER_LOADER_CLASS`). A broken portal file is logged and stops only itself."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Make it; the portal files are read when they are asked for."""
        del settings
        return cls()

    def load(self, spider_name: str) -> type[Spider]:
        """Return the spider of a portal.

        Raises:
            KeyError: it can't be made; Scrapy expects this.
            UsageError: it may not be crawled for want of a contact; Scrapy's commands say so and end.
        """
        try:
            portal = load(spider_name)
            spider = spider_class(portal)
        except PortalError as error:
            raise KeyError(str(error)) from error
        if refusal := missing_contact(portal):
            raise UsageError(refusal)
        return spider

    def list(self) -> Names:
        """Return the names of all usable portals, sorted."""
        portals, broken = load_all()
        for file in broken:
            logger.error("%s", file.message)
        return [portal.name for portal in portals]

    def find_by_request(self, request: Request) -> Names:
        """Return the names of the portals whose scope an address lies in."""
        portals, _ = load_all()
        return [portal.name for portal in portals if origin_of(request.url) in portal.origins]
