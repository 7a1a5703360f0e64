"""Sections of a portal: which links of its home page lead to listings, and what stands in those."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.net.address import origin_of, resolve
from crawlers.plan import Target
from crawlers.platforms.pager import Page
from crawlers.portal import Portal
from crawlers.private_sections import private_section
from crawlers.reading import read_page
from crawlers.reading.dates import read_date
from crawlers.reading.decode import decode
from crawlers.reading.listing import ListingPage, read_listing
from crawlers.reading.tree import TooComplex, css, parse, text_of
from crawlers.spiders import spider_class
from flows.steps.portals.tried import RawPage
from storage.addresses import address_key, looks_like_trap
from storage.records import Article, ListingItem
from storage.vocabulary import Purpose
from storage.words import folded

MAX_SECTIONS = 60
"""Links of a home page that are followed at most."""
_LEAST_ROWS = 3
"""Rows from which a page counts as a listing."""
_MAX_WORDS = 8
"""Words of a section's name at most; what is longer is a headline."""
_NO_SECTION = re.compile(
    r"\b(?:dang nhap|dang ky|tim kiem|lien he|so do|gioi thieu|rss|english|tieng anh|trang chu|home|video|thu vien|"
    r"tieng viet|hinh anh|album|multimedia|podcast|audio|longform|infographic|e magazine|gop y|binh chon|thoi tiet|"
    r"quang cao|xem them|xem tiep|chi tiet|tai ve|in trang|facebook|youtube|zalo|sitemap|login|search|contact|"
    r"lich cong tac)\b"
)
_NEWS = re.compile(
    r"\b(?:tin|thoi su|su kien|thong bao|hoat dong|chi dao|kinh te|van hoa|xa hoi|chinh tri|phap luat)\b"
)
"""Words of sections of news: they are looked at first, where there are more links than are followed."""
_NUMBER = re.compile(r"\d/|^\W*\d+\W*$")
"""A document's number, or a page's: no section's name."""
_FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|rar|jpe?g|png|gif|mp[34]|ics|xml)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Section:
    """A section that a portal links to.

    Attributes:
        key: of its listing in the portal's file.
        name: as the link calls it.
        url: of its first page, as linked.
        items: rows of its first page, those of the frame left out.
        pages: how many pages it says it has; None if it does not say.
        next_url: address of its second page where that is a plain one; "" for a form, None for none found.
        left_out: why it is not taken, in Vietnamese; "" if it is.
    """

    key: str
    name: str
    url: str
    items: tuple[ListingItem, ...] = ()
    pages: int | None = None
    next_url: str | None = None
    left_out: str = ""

    @property
    def dates(self) -> list[datetime]:
        """Dates that its rows print."""
        read = (read_date(item.published_raw) for item in self.items if item.published_raw)
        return [date.value for date in read if date is not None and date.value is not None]


def candidates(home: RawPage, start: str) -> list[Section]:
    """Return the sections that a home page seems to link to, in its order, `start` first where that is another page."""
    found: dict[str, Section] = {}
    keys: Counter[str] = Counter()
    if address_key(start) != address_key(home.url):
        _add(found, keys, "", start)
    listed = read_listing(home.body, url=home.url, headers=home.headers).items
    rows = {address_key(item.url) for item in listed}
    links = [(name, url) for name, url in _links(home) if address_key(url) not in rows | {address_key(home.url)}]
    linked = {address_key(url): (name, url) for name, url in reversed(links)}
    for url in _folders(home, listed):
        _add(found, keys, *linked.get(address_key(url), ("", url)))  # as linked: a slash at its end may matter
    for name, url in sorted(links, key=lambda link: _NEWS.search(folded(link[0])) is None):
        _add(found, keys, name, url)
    return list(found.values())


def _folders(home: RawPage, listed: Iterable[ListingItem]) -> Iterator[str]:
    """Yield the folders that articles lie in: many a CMS lists a section's articles there, linked or not."""
    own = [item.url for item in listed if origin_of(item.url) == origin_of(home.url)]
    folders = Counter(urlsplit(url).path.rpartition("/")[0] for url in own)
    for folder, _ in folders.most_common():
        if folder and not looks_like_trap(folder):
            yield resolve(home.url, folder)


def _add(found: dict[str, Section], keys: Counter[str], name: str, url: str) -> None:
    identity = address_key(url)
    if identity in found:
        return
    key = (folded(name) or folded(urlsplit(url).path.rpartition("/")[2]) or "muc").replace(" ", "_")[:50]
    keys[key] += 1
    key = key if keys[key] == 1 else f"{key}_{keys[key]}"
    private = private_section(url, name)
    left_out = "việc riêng của công dân: không thu (docs/privacy.md)" if private else ""
    taken = sum(not section.left_out for section in found.values())
    if not left_out and taken >= MAX_SECTIONS:
        left_out = f"quá {MAX_SECTIONS} mục, chưa xem"
    found[identity] = Section(key, name, url, left_out=left_out)


def _links(home: RawPage) -> Iterator[tuple[str, str]]:
    """Yield name and address of the links that may lead to a section: of this origin, short, no file, no trap."""
    try:
        root = parse(decode(home.body, home.headers).text, home.url)
    except TooComplex:
        return
    base = next((element.get("href") or "" for element in css(root, "base[href]")), "")
    start = resolve(home.url, base) or home.url
    for element in css(root, "a[href]"):
        name = text_of(element) or element.get("title") or ""
        url = resolve(start, element.get("href") or "")
        said = folded(name)
        if not said or len(said.split()) > _MAX_WORDS or _NO_SECTION.search(said) or _NUMBER.search(name):
            continue
        here = url and origin_of(url) == origin_of(home.url)
        if here and not _FILE.search(urlsplit(url).path) and not looks_like_trap(url):
            yield name, url


def targets(sections: Sequence[Section]) -> list[Target]:
    """Return what to fetch to see the sections that are not left out already."""
    return [
        Target(url=section.url, purpose=Purpose.LISTING, listing=section.key)
        for section in sections
        if not section.left_out
    ]


def read_sections(sections: Sequence[Section], pages: Mapping[str, RawPage], portal: Portal) -> list[Section]:
    """Return the sections with what their pages show, each taken or left out with the reason.

    Rows that most pages share are those of a box of the frame, not of the section.
    """
    listed = {key: _listing(page, portal) for key, page in pages.items()}
    shared = Counter(address_key(item.url) for shown in listed.values() for item in shown.items)
    many = max(2, len(listed) // 2)
    read: list[Section] = []
    for section in sections:
        if section.left_out:
            read.append(section)
        elif section.key not in listed:
            read.append(replace(section, left_out="không tải được"))
        else:
            shown = listed[section.key]
            items = tuple(item for item in shown.items if shared[address_key(item.url)] <= many)
            read.append(_judged(section, items, shown, pages[section.key], portal, read))
    return read


def _listing(page: RawPage, portal: Portal) -> ListingPage:
    return read_listing(page.body, url=page.url, headers=page.headers, portal=portal)


def _judged(
    section: Section,
    items: tuple[ListingItem, ...],
    shown: ListingPage,
    page: RawPage,
    portal: Portal,
    before: Sequence[Section],
) -> Section:
    seen = replace(section, items=items, pages=shown.page_count, name=section.name or _heading(page))
    if len(items) < _LEAST_ROWS:
        return replace(seen, left_out="không phải danh sách bài")
    result = read_page(page.body, url=page.url, headers=page.headers, portal=portal)
    if isinstance(result, Article) and len(result.text.split()) > 20 * len(items):
        return replace(seen, left_out="trang một bài, không phải danh sách")
    own = {address_key(item.url) for item in items}
    for other in before:
        if not other.left_out and own <= {address_key(item.url) for item in other.items}:
            return replace(seen, left_out=f"trùng với mục {other.key}")
    return replace(seen, next_url=_next(page, items, shown, portal))


def _heading(page: RawPage) -> str:
    root = parse(decode(page.body, page.headers).text, page.url)
    text = next((text for element in css(root, "h1, title") if (text := text_of(element))), "")
    return re.split(r"\s+[-–|]\s+", text)[0][:80]


def _next(page: RawPage, items: tuple[ListingItem, ...], shown: ListingPage, portal: Portal) -> str | None:
    """Return the second page by the platform's own way of turning pages, as `Section.next_url` has it."""
    root = parse(decode(page.body, page.headers).text, page.url)
    rows = frozenset(item.url for item in items)
    turn = spider_class(portal).pager().turn(Page(1, page.url, root, rows, shown.next_url or ""))
    if turn.next is None:
        return None
    return "" if turn.next.form else turn.next.url
