"""A page that is tried: its bytes, how they came, and what reading makes of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawlers.portal import Portal
from crawlers.reading import read_page
from crawlers.reading.decode import decode
from crawlers.reading.tree import TooComplex, css, parse
from storage.records import VIETNAM, Article, ListingItem, Refusal

_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)")
"""What browsers write into a page that they save."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it came.

    Attributes:
        url: its address, as fetched.
        body: content coding removed.
        fetched_at: when (aware).
        headers: of the response, lower-case names; empty for a file.
        item: the listing row that led to it.
    """

    url: str
    body: bytes
    fetched_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    item: ListingItem | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A page and what reading made of it."""

    page: RawPage
    result: Article | Refusal


def try_page(page: RawPage, portal: Portal) -> Tried:
    """Read a page by the rules of a portal that hold on the day it was fetched."""
    result = read_page(
        page.body,
        url=page.url,
        headers=page.headers,
        portal=portal,
        listing=page.item,
        fetched_at=page.fetched_at,
    )
    return Tried(page, result)


def from_file(file: Path, url: str | None) -> RawPage:
    """Return a saved page. Its address is the one given, else what the page says of itself.

    Raises:
        OSError: the file cannot be read.
        ValueError: no address is given and the page names none.
    """
    body = file.read_bytes()
    address = url or own_address(body)
    if address is None:
        raise ValueError(f"{file} does not tell its address")
    return RawPage(address, body, datetime.fromtimestamp(file.stat().st_mtime, VIETNAM))


def own_address(body: bytes) -> str | None:
    """Return the address that a saved page says it has: the browser's note, `canonical`, `og:url`; None if none."""
    if saved := _SAVED_FROM.search(body[:2000]):
        found = saved[1].decode("utf-8", "replace")
        return found if _is_http(found) else None
    try:
        root = parse(decode(body).text, "http://invalid/")
    except TooComplex:
        return None
    named = [element.get("href") for element in css(root, "link[rel=canonical][href]")]
    named += [element.get("content") for element in css(root, "meta[property='og:url'][content]")]
    return next((found for found in named if found and _is_http(found)), None)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
