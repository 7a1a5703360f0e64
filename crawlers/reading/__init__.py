"""Bytes of a page → article or refusal. Pure: no network, no database, no clock.

read_page(body, url=…, headers=…, portal=…, listing=…, fetched_at=…, template=…) -> Article | Refusal
"""

import gc
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from urllib.parse import urlsplit

from crawlers.portal import Portal, Rules
from crawlers.portals import PortalError, load
from crawlers.private_sections import PrivateSection, private_section
from crawlers.reading.article import read_article
from crawlers.reading.decode import MAX_BYTES, Decoded, Flag, decode, is_binary
from crawlers.reading.doubled import repair_doubled
from crawlers.reading.fields import STEP
from crawlers.reading.legacy import suspicious
from crawlers.reading.page import Page
from crawlers.reading.published import stands_alone
from crawlers.reading.template import Seen, Template, observe
from crawlers.reading.tree import TooComplex, parse
from crawlers.reading.verdict import Verdict, of_bytes
from crawlers.reading.version import READER_VERSION
from crawlers.reading.walk import build
from crawlers.rules import get, valid_rules
from storage.records import VIETNAM, Article, ListingItem, Refusal
from storage.text import sha256_hex
from storage.vocabulary import RefusalKind

__all__ = ["READER_VERSION", "Seen", "Template", "read_and_observe", "read_page", "rules_name"]

_SELECTORS = ("title", "lead", "date", "body", "author", "section", "view_count", "related", "attachment", "drop")
_CLASS_OR_ID = re.compile(r"[.#]([\w-]+)")
_NOT_PLAIN = re.compile(r"[,:\[\\]")
"""A selector whose class names need not all be in the page, or are not written as they are: it is always asked."""


def read_page(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | None = None,
    portal: Portal | str | None = None,
    listing: ListingItem | None = None,
    fetched_at: datetime | None = None,
    template: Template | None = None,
    released: bool = False,
) -> Article | Refusal:
    """Read a page; never raises, whatever the bytes.

    Args:
        body: the response body, transfer and content coding removed.
        url: its address, as fetched.
        headers: response headers; names in any case.
        portal: the portal or its name, for its rules; None for a page of an unknown host.
        listing: the listing row that led to the page: its title, date and lead are witnesses.
        fetched_at: when it was fetched (aware): chooses the rules, bounds dates.
        template: the portal's learned template, for the blocks that are no article's.
        released: a person has said that the page is an article, whatever its words and its shape say.

    Returns:
        The article, or a refusal with the kind and the evidence.
    """
    return read_and_observe(
        body,
        url=url,
        headers=headers,
        portal=portal,
        listing=listing,
        fetched_at=fetched_at,
        template=template,
        released=released,
    )[0]


def read_and_observe(
    body: bytes,
    *,
    url: str,
    headers: Mapping[str, str] | None = None,
    portal: Portal | str | None = None,
    listing: ListingItem | None = None,
    fetched_at: datetime | None = None,
    template: Template | None = None,
    released: bool = False,
    observed: bool = False,
) -> tuple[Article | Refusal, Seen | None]:
    """Read a page as `read_page` does; where `observed`, give also what its portal's template is learned from.

    Nothing is observed of a page that is no HTML.
    """
    address = _usable(url)
    collecting = gc.isenabled()
    gc.disable()  # a read makes thousands of small objects and no cycles: to look for some takes a tenth of its time
    page: Page | None = None
    try:
        decoded = _decoded(body, headers or {})
        if isinstance(decoded, Decoded):
            page = build(parse(decoded.text, address), address, stands_alone)
            found = _read(page, decoded, portal, listing, fetched_at, template, released=released)
        else:
            found = decoded
    except TooComplex as error:
        found = Verdict(RefusalKind.TOO_COMPLEX, str(error))
    except Exception as error:  # noqa: BLE001  # the last resort: one page never costs a batch
        found = Verdict(RefusalKind.READER_FAILED, f"{type(error).__name__}: {error}"[:500])
    finally:
        if collecting:
            gc.enable()
    article = found if isinstance(found, Article) else None
    seen = observe(page, article) if observed and page is not None else None
    if isinstance(found, Verdict):
        return Refusal(url, found.kind, found.reason, READER_VERSION), seen
    return found if address == url else replace(found, url=url), seen


def _decoded(body: bytes, headers: Mapping[str, str]) -> Decoded | Verdict:
    if len(body) > MAX_BYTES:
        return Verdict(RefusalKind.TOO_COMPLEX, f"{len(body)} bytes")
    refused = of_bytes(body, headers)
    if refused is None and is_binary(body):
        refused = Verdict(RefusalKind.NOT_HTML, "binary data")
    return refused or decode(body, headers)


def _read(
    page: Page,
    decoded: Decoded,
    portal: Portal | str | None,
    listing: ListingItem | None,
    fetched_at: datetime | None,
    template: Template | None,
    *,
    released: bool,
) -> Article | Verdict:
    if isinstance(portal, str):
        portal = _portal(portal)
    opened = portal.opens if portal is not None else ()
    rules, rows, name = _rules(portal, fetched_at)
    rules, rows = tuple(_present(rule, decoded.text) for rule in rules), _named_in(rows, decoded.text)
    read = partial(
        read_article,
        page,
        rules=rules,
        row_selectors=rows,
        listing=listing,
        fetched_at=fetched_at.astimezone(VIETNAM) if fetched_at else None,
        flags=[str(flag) for flag in decoded.flags],
        rules_name=name,
        version=READER_VERSION,
        template=template,
    )
    found = read(released=released)
    if isinstance(found, Verdict) and found.kind is RefusalKind.DIRECTORY and PrivateSection.DIRECTORY in opened:
        found = read(released=True)
    if isinstance(found, Article) and not released and (closed := _closed(found, opened)):
        return closed
    if isinstance(found, Article) and not released and (problem := _garbled(found, decoded)):
        return Verdict(RefusalKind.UNDECODABLE, problem)
    return found


def _closed(article: Article, opened: Collection[PrivateSection]) -> Verdict | None:
    """Refuse an article of a private section, as its address, its section or a step above that says."""
    told = article.provenance.get("section")
    names: list[str | None] = [None]
    if told is not None and told.method != "place":  # what merely stands above the title may be a link of the frame
        names += [article.section, *(told.evidence.split(STEP) if told.method == "breadcrumb" else ())]
    for name in names:
        if kind := private_section(article.url, name, opened):
            return Verdict(kind.refusal, f"section {name!r}, {article.url}"[:300])
    return None


def _garbled(article: Article, decoded: Decoded) -> str | None:
    """Say what is wrong with an article's letters, where decoding had doubts: a person is to look at it.

    The doubts are of the whole page; they may be about a menu alone.
    """
    text = f"{article.title}\n{article.full_text}"
    if Flag.LEGACY_SUSPECTED in decoded.flags and suspicious(text.split("\n")):
        return "the text looks like TCVN3 or VNI, not surely"
    if Flag.DOUBLED in decoded.flags and repair_doubled(text)[2]:
        return "the text was encoded twice and has lost letters"
    return None


def _usable(url: str) -> str:
    """The address if links can be resolved against it, else one that is nobody's: a bad address costs links only."""
    try:
        urlsplit(url.encode("utf-8").decode("utf-8"))
    except ValueError:
        return "http://invalid/"
    return url


@lru_cache(maxsize=1024)
def _portal(name: str) -> Portal | None:
    """The portal of that name, read once a process; None if its file is missing or broken."""
    try:
        return load(name)
    except PortalError:
        return None


def _present(rule: Rules, text: str) -> Rules:
    """The rule with those of its selectors only that can match: a class that the page never names matches nothing."""
    return rule.model_copy(update={name: _named_in(getattr(rule, name), text) for name in _SELECTORS})


def _named_in(selectors: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(
        selector
        for selector in selectors
        if _NOT_PLAIN.search(selector) or all(name in text for name in _CLASS_OR_ID.findall(selector))
    )


def rules_name(portal: Portal, fetched_at: datetime | None) -> str:
    """Return the name of the rules that a portal's page of that time is read by, as its reading bears it."""
    return f"{portal.name}/{get(portal.platform).name}#{_digest(_valid(portal, fetched_at))}"


def _rules(portal: Portal | None, fetched_at: datetime | None) -> tuple[tuple[Rules, ...], tuple[str, ...], str]:
    """The rules in force for a page, the portal's before the CMS's; the CMS's row selectors; a name for the record."""
    if portal is None:
        return (), (), "generic"
    return _valid(portal, fetched_at), get(portal.platform).listing.row, rules_name(portal, fetched_at)


def _valid(portal: Portal, fetched_at: datetime | None) -> tuple[Rules, ...]:
    rules = (*portal.rules, *get(portal.platform).reading)
    if fetched_at is None:  # an undated page is read by the newest rules: those without an end
        return tuple(rule for rule in rules if rule.valid_to is None)
    return valid_rules(rules, fetched_at.astimezone(VIETNAM).date())


@lru_cache(maxsize=1024)
def _digest(rules: tuple[Rules, ...]) -> str:
    """A digest of rules: a portal's are not part of this code, and a change of them is no publisher's edit."""
    return sha256_hex("".join(rule.model_dump_json(exclude={"evidence", "valid_from", "valid_to"}) for rule in rules))[
        :8
    ]
