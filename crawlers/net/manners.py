"""Who we are to the owners of a portal. Free of Scrapy, so that it can be asked before a crawl is started."""

from importlib.metadata import version

from crawlers.net import connect_map
from crawlers.portal import Portal
from storage.settings import settings


def user_agent() -> str:
    """Return the name that each request carries, with the contact where there is one."""
    name = f"congtin/{version('congtin')}"
    contact = settings().contact
    return f"{name} (+{contact})" if contact else name


def missing_contact(portal: Portal) -> str | None:
    """Return why a portal may not be crawled for want of a contact; None if it may.

    Whoever is asked must be able to reach us. Nobody is asked where the connect-to map serves all of a portal.

    Raises:
        ValueError: the connect-to map is wrong.
    """
    if settings().contact:
        return None
    routes = connect_map.parse(settings().connect_to)
    asked = sorted(origin for origin in portal.origins if _place(origin) not in routes)
    if not asked:
        return None
    return (
        "CONGTIN_CONTACT is not set: put there a web address or an e-mail at which the owners of a portal can reach "
        f"you; it is sent with every request, and {asked[0]} would be asked without it"
    )


def _place(origin: str) -> connect_map.Place:
    host, _, port = origin.partition("://")[2].rpartition(":")
    return host, int(port)
