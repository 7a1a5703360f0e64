"""Writers and dates of pages in other languages, on hosts without rules.

What is known of bylines and date lines is known for Vietnamese. Abroad a writer is who the tags for machines name, or
the markup (`rel=author`, microdata, a class that says author or byline); a date that no line or tag tells is sought by
htmldate, as the last step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import cast
from urllib.parse import urlsplit

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from crawlers.reading.meta import Meta
from crawlers.reading.page import Page
from crawlers.reading.people import Byline
from crawlers.reading.prose import is_large
from crawlers.reading.published import Published
from crawlers.reading.tree import class_id, text_up_to
from storage.records import VIETNAM, BylineKind, DateBasis, Precision, Provenance
from storage.text import match_key

_WORD = r"(?:[^\W\d_]['’.]?)+(?:-[^\W\d_]['’.\w]*)*"
_NAME = re.compile(rf"{_WORD}(?: {_WORD}){{0,5}}")
_SPLIT = re.compile(r"\s*(?:[,;/|&•·]|\s(?:and|und|et|y|e|og|och|en|i|–|-)\s|\s\w+ Gespräch mit\s)\s*", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:(?:article|artikel|written|posted|published|verfasst|geschrieben|text|texte?|story|words|interview|beitrag)\s+)?"
    r"(?:by|von|vom|par|por|autore?s?|autorin|auteure?|auteurs|authors?|door|av|af|di|da|text|verfasser|redakteure?|"
    r"door|przez|written by)(?:\s*[:：]\s*|\s+|$)",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"admin(?:istrator)?|webmaster|root|user|guest|gast|anonymous|anonym|unknown|name|posted|datum|date|more|mehr|all|"
    r"redaktion\w*|redacci[oó]n|redazione|r[ée]daction|redakcja|editor\w*|desk|team|staff|support|webteam|"
    r"news|newsroom|nachrichten|online|media|press\w*|agenc\w*|agentur\w*|reuters|dpa|afp|apa|efe|ansa|sid|epd|kna|"
    r"gmbh|ag|e\.?v|inc|ltd|llc|corp|company|foundation|stiftung|institut\w*|universit\w*|minist\w*|blog|magazine?|"
    r"zeitung|verlag|times|journal|post|tv|radio|www|https?|comments?|kommentar\w*|beiträge|posts|view|profile?|"
    r"contributors?|correspondent|reporter|writer|authors?|autor(?:en|in)?|by|von|par|por|share|follow|twitter|facebook|alle?s?|about|über|"
    r"wordpress|google|ph\.?d|md|msc|quelle|sources?|nachricht|beitrag|\w+tag|[\w-]*-redaktion",
    re.IGNORECASE,
)
"""Words that no name of a person holds: roles, accounts, papers, agencies, firms, labels."""
_DOMAIN = re.compile(r"\.[a-z]{2,6}$", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|die|der|das|el|la|le|les|il|lo)\s", re.IGNORECASE)
"""What a paper's name begins with, and no person's."""
_PARTICLES = re.compile(
    "von|vom|zur?|zum|de[rnls]?|die|della|d[iaou]|dos|las?|les?|los|van|ter|ten|a[fvl]|el|bin|ibn|ben|[yei]"
)
"""Words of a name that may begin with a small letter."""
_TAGS = ("jsonld author", "meta author", "meta article:author", "meta byl", "meta dc.creator", "meta twitter:data1")
_PRECISE = etree.XPath("//*[@rel='author' or @itemprop='author']")
_PATHS = etree.XPath("//a[contains(@href,'/aut') or contains(@href,'/writers/')]")
_AUTHOR_PATH = re.compile(r"/(?:authors?|autor(?:en|es)?|auteurs?|autori|writers)/")
_NAMED = etree.XPath(
    "//*[contains(@class,'uthor') or contains(@class,'yline') or contains(@class,'autor') or contains(@class,'auteur')]"
)
_OTHERS = re.compile(r"comment|related|sidebar|site-footer|recommend|popular|recent|blogroll|\bmenu\b|menu-")
_AROUND = 4
"""Blocks around a name that may say that it is another text's."""
_LONGEST = 120
_MOST = 6
_EARLIEST = datetime(1995, 1, 1, tzinfo=VIETNAM)
_LATEST = datetime(2100, 1, 1, tzinfo=VIETNAM)
"""The bound of a page whose time of fetching is not known: no clock is asked."""


def writer(page: Page, meta: Meta) -> tuple[Byline, Provenance] | None:
    """Return who wrote a page, and how that was read: by tags for machines, else by markup."""
    site = _site(page, meta)
    for wanted in _TAGS:
        names = _several((text for source, text in meta.authors if source.startswith(wanted)), site)
        if names:
            return Byline(", ".join(names), BylineKind.PERSON, names), Provenance("tag", wanted)
    for method, elements in _marked(page.root):
        found = _slot(elements, site)
        if found is not None:
            raw, names, where = found
            return Byline(raw, BylineKind.PERSON, names), Provenance(method, where)
    return None


def _marked(root: HtmlElement) -> Iterator[tuple[str, list[HtmlElement]]]:
    """Yield the elements that markup says an author is in, the surest kind first."""
    yield "author markup", cast("list[HtmlElement]", _PRECISE(root))
    links = cast("list[HtmlElement]", _PATHS(root))
    yield "author markup", [el for el in links if _AUTHOR_PATH.search(el.get("href") or "")]
    yield "author slot", cast("list[HtmlElement]", _NAMED(root))


def _slot(elements: Sequence[HtmlElement], site: frozenset[str]) -> tuple[str, tuple[str, ...], str] | None:
    """The first elements that name somebody, those beside each other together: their text, the names, their class."""
    first: HtmlElement | None = None
    raws: list[str] = []
    names: list[str] = []
    where = ""
    for el in elements:
        near = islice(el.iterancestors(), _AROUND)
        if any(_OTHERS.search(class_id(one)) for one in (el, *near) if one.tag not in {"body", "html"}):
            continue
        around = el.getparent()
        if first is not None and around is not first:
            continue
        raw = _text(el)
        found = _several([raw], site)
        if not found:
            continue
        if first is None:
            first, where = around, class_id(el).strip() or el.tag
        raws.append(raw)
        names += [name for name in found if name not in names]
    return (", ".join(raws), tuple(names[:_MOST]), where) if names else None


def _text(el: HtmlElement) -> str:
    """The name in an author's element: microdata's or hCard's own where there is one, or its links', else its text."""
    links = []
    for inner in el.iter():
        if not isinstance(inner.tag, str):
            continue
        if inner.get("itemprop") == "name" or "fn" in (inner.get("class") or "").split():
            return _own(inner)
        if inner.tag == "a" and (text := _own(inner)):
            links.append(text)
    return ", ".join(links) if 0 < len(links) <= _MOST else _own(el)


def _own(el: HtmlElement) -> str:
    return (el.get("content") or text_up_to(el, _LONGEST)).strip()


def _several(texts: Iterator[str] | Sequence[str], site: frozenset[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for text in texts:
        if len(text) > _LONGEST:
            continue
        for piece in _SPLIT.split(_LABEL.sub("", text.strip(" \t:•|-–"))):
            name = _LABEL.sub("", piece.strip(" .:()")).strip()
            if _is_person(name, site):
                names.setdefault(match_key(name), name)
    return tuple(names.values())[:_MOST]


def _is_person(name: str, site: frozenset[str]) -> bool:
    """Whether a text can be a person's name: capitalised words, none of them a role's, a paper's or an agency's."""
    if not 2 <= len(name) <= 50 or name[0].islower() or not _NAME.fullmatch(name) or _DOMAIN.search(name):
        return False
    words = name.split()
    if _ARTICLE.match(name) or any(word[0].islower() and not _PARTICLES.fullmatch(word) for word in words):
        return False
    if any(_NOBODY.fullmatch(word.strip(".")) for word in words):
        return False
    return match_key(name).replace(" ", "") not in site or len(words) in {2, 3}


def _site(page: Page, meta: Meta) -> frozenset[str]:
    """The site's own names, folded: as its host and the last piece of its `<title>` say them."""
    host = (urlsplit(page.url).hostname or "").split(".")
    last = re.split(r"\s+[-–—|·»:]\s+", meta.page_title)[-1] if meta.page_title else ""
    return frozenset(
        {*(match_key(label) for label in host), match_key(last).replace(" ", ""), *map(_folded, meta.sites)}
    )


def _folded(text: str) -> str:
    return match_key(text).replace(" ", "")


def published(page: Page, found: Published, fetched_at: datetime | None) -> Published:
    """Return when a page was published: as found, in the publisher's own zone; else as htmldate finds it."""
    if found.value is not None:
        return _in_own_zone(found)
    if is_large(page.root):
        return found
    text = _htmldate(page, fetched_at or _LATEST)
    if text is None:
        return found
    value = datetime.fromisoformat(text).replace(tzinfo=VIETNAM)
    return Published(value, Precision.DAY, DateBasis.PAGE, text, None, Provenance("htmldate", text))


def _htmldate(page: Page, latest: datetime) -> str | None:
    try:
        return find_date(
            page.root,
            extensive_search=False,
            original_date=True,
            url=page.url,
            min_date=_EARLIEST.date().isoformat(),
            max_date=latest.date().isoformat(),
        )
    except Exception:  # noqa: BLE001  # a library's bug on one page costs this step only
        return None


def _in_own_zone(found: Published) -> Published:
    """A moment told with its offset, in that offset: the day is the publisher's."""
    try:
        told = datetime.fromisoformat((found.raw or "").strip())
    except ValueError:
        return found
    same = told.tzinfo is not None and found.value is not None and abs((told - found.value).total_seconds()) < 60
    return replace(found, value=told) if same else found
