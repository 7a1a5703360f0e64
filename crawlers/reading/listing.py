"""Bytes of a listing page → its rows, the next page, the number of pages.

    page = read_listing(body, url=url, headers=headers, portal=portal)
    page.items       rows in page order, one an article: address as found, title, printed date, lead
    page.next_url    the next page by the page's own pager; None where there is none or a script does it
    page.page_count  None where the page does not tell

Works on whole pages and on fragments that scripts fetch. Rows are told by structure: parts of the tree about one link
each, standing together, with addresses of one form, dates or leads beside long titles. What rules of the CMS name is
trusted more, but nothing depends on it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers import rules as cms
from crawlers.portal import Portal
from crawlers.reading.decode import MAX_BYTES, decode, is_binary
from crawlers.reading.listing_blocks import choose, group
from crawlers.reading.listing_links import Candidate, bare_host, candidates, is_paging, page_links, resolve
from crawlers.reading.listing_pager import read_pager
from crawlers.reading.listing_rows import Row, fill, find_rows
from crawlers.reading.tree import TooComplex, css, parse, text_of
from crawlers.rules import CmsRules
from storage.addresses import address_key
from storage.records import ListingItem

_HOME_PATHS = frozenset(
    {
        "",
        "/",
        "/home",
        "/trang-chu",
        "/trangchu",
        "/index",
        "/default",
        "/pages/default",
        "/pages/home",
        "/pages/trangchu",
    }
)
MAX_LINKS = 5000
"""Links of a page that are looked at, the first: real listings have hundreds."""
_NAMED = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class ListingPage:
    """What a listing page shows."""

    items: tuple[ListingItem, ...] = ()
    next_url: str | None = None
    page_count: int | None = None


def read_listing(
    body: bytes, *, url: str, headers: Mapping[str, str] | None = None, portal: Portal | None = None
) -> ListingPage:
    """Read a listing page or a fragment of one; a page that shows no row, or is too complex to read, gives none.

    Addresses of other hosts are items only if the portal names them. Files are none.
    """
    if len(body) > MAX_BYTES or is_binary(body):
        return ListingPage()
    text = decode(body, headers).text
    try:
        root = parse(text, url)
    except TooComplex:
        return ListingPage()
    base = _base(root, url)
    known = cms.get(portal.platform) if portal is not None else None
    families = [known] if known is not None else [cms.get(name) for name in _FAMILIES]
    sure_rows, sure_titles = _named(root, families)
    hosts = {bare_host(urlsplit(url).hostname)}
    if portal is not None:
        hosts |= {bare_host(urlsplit(origin).hostname) for origin in portal.origins}
    patterns = tuple(pattern for family in families for pattern in family.article_url) if known is not None else ()
    links = list(islice(page_links(root, base), MAX_LINKS))
    found = candidates(links, url, frozenset(hosts), patterns, sure_titles)
    selectors = tuple(selector for family in families for selector in family.listing.next)
    rows = find_rows(root, found)
    addresses = {link: one.url for one in found for link in one.links}
    for row in rows:
        fill(row, addresses)
        _read_by_rules(row, families, sure_rows)
    rows = [row for row in rows if _NAMED.search(row.title)]
    pager = read_pager(root, links, base, url, text, selectors, frozenset(_articles(found)))
    blocks = choose(group(rows, sure_rows), home=_is_home(url) and not is_paging(url), pager=pager.element)
    chosen = {id(row) for block in blocks for row in block.rows}
    items = _merged([row for row in rows if id(row) in chosen])
    return ListingPage(items, pager.next_url, pager.page_count)


_FAMILIES = ("vnportal", "liferay", "baolongan", "sharepoint")


def _articles(found: list[Candidate]) -> list[str]:
    return [one.url for one in found if one.sure or one.words >= 4]


def _base(root: HtmlElement, url: str) -> str:
    for element in root.iter("base"):
        if element.get("href"):
            return resolve(url, element.get("href") or "") or url
    return url


def _is_home(url: str) -> bool:
    path = urlsplit(url).path.lower().rstrip("/")
    return path.removesuffix(".aspx").removesuffix(".html").removesuffix(".php") in _HOME_PATHS


def _named(root: HtmlElement, families: list[CmsRules]) -> tuple[frozenset[HtmlElement], frozenset[HtmlElement]]:
    """Return the rows and the title links that rules name."""
    rows = {element for family in families for selector in family.listing.row for element in css(root, selector)}
    titles = {element for family in families for selector in family.listing.title for element in css(root, selector)}
    return frozenset(rows), frozenset(titles)


def _read_by_rules(row: Row, families: list[CmsRules], sure_rows: frozenset[HtmlElement]) -> None:
    """Let rules name title, date and lead of a row that they name."""
    element = next(
        (
            one
            for one in (row.element, *row.element.iterancestors(), *row.element.iterdescendants())
            if one in sure_rows
        ),
        None,
    )
    if element is None:
        return
    for family in families:
        names = family.listing
        for selector in names.title:
            texts = [text for one in css(element, selector) if (text := text_of(one))]
            row.title = texts[0] if texts else row.title
        for selector in names.date:
            row.date = next((text for one in css(element, selector) if (text := text_of(one))), row.date)
        for selector in names.lead:
            row.lead = next((text for one in css(element, selector) if (text := text_of(one))), row.lead)


def _merged(rows: list[Row]) -> tuple[ListingItem, ...]:
    """Return one item an article: the first row's place and address, each field from the first row that has it."""
    items: dict[str, ListingItem] = {}
    for row in rows:
        key = address_key(row.candidate.url)
        item = items.get(key, ListingItem(row.candidate.url))
        items[key] = ListingItem(
            item.url, item.title or row.title, item.published_raw or row.date, item.lead or row.lead
        )
    return tuple(items.values())
