"""Lists of a listing page: rows grouped by where they stand and weighed; main ones told from menus and side boxes."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.reading.listing_rows import Row
from crawlers.reading.tree import INVISIBLE, class_id, text_up_to

_CHROME_TAGS = frozenset({"nav", "footer"})
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "menubar", "tablist"})
_CHROME_LIST = (
    "nav navbar navigation menu megamenu submenu mainmenu topmenu footer breadcrumb breadcrumbs sitemap pagination "
    "pager tagcloud tags social share login language quicklaunch topbar partner partners weblink weblinks lienket"
)
_CHROME_WORDS = frozenset(_CHROME_LIST.split())
_CONTENT_WORDS = frozenset(
    {"article", "articles", "news", "post", "posts", "tin", "bai", "content", "list", "danhsach"}
)
_ASIDE = re.compile(
    r"(?:xem|doc|quan[-_]?tam)[-_]?nhieu|noi[-_]?bat|lien[-_]?quan|tieu[-_]?diem|related|popular|"
    r"most[-_]?(?:view|read|popular)|side[-_]?(?:bar|box|col)|"
    r"(?<![a-z])(?:aside|widget|ticker|marquee|hot|hotnews|hot-news)(?![a-z])"
)
_ASIDE_HEADING = re.compile(
    r"^\W*(?:tin|bài(?: viết)?|bản tin|sự kiện|các tin|những tin|tin tức)?\s*(?:tức |bài )?"
    r"(?:nổi bật|xem nhiều|đọc nhiều|được quan tâm|quan tâm|liên quan|cùng chuyên mục|tiêu điểm|đáng chú ý|nóng|hot|"
    r"được xem nhiều)\b|^\W*(?:most (?:read|viewed|popular)|related|popular|hot news)\b",
    re.IGNORECASE,
)
_LATEST_HEADING = re.compile(
    r"^\W*(?:các |những )?(?:tin|bài(?: viết)?|tin tức)(?: bài)? (?:vừa )?mới(?: nhất| cập nhật| đăng)?\W*$|"
    r"^latest news",
    re.IGNORECASE,
)
_NARROW = re.compile(r"(?<![a-z])(?:right|left|(?:col|span|grid)(?:-(?:xs|sm|md|lg|xl))?[-_]?[2-4])(?![a-z0-9])")
_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ENOUGH = 3.0
_WORDY = 4
"""Words of a title; what has fewer is a document's number or a section's name."""
_SEVERAL = 3
_NEAR_PAGER = 0.3
"""Least share of the heaviest block's weight for a block that stands nearest to the pager to lead instead."""
_HEADING_LENGTH = 60


@dataclass(slots=True)
class Block:
    """Rows that stand together, and what they are like.

    Attributes:
        parent: the element whose children the rows are.
        rows: in page order.
        score: how much a row of it looks like an article's row, penalties counted.
        words: of a title, on average.
        dated, led: share of rows with a date, with a lead.
        aside: why it counts as a side box ("" if not), or as navigation.
        sure: whether a rule of the CMS knows an address or link of it.
        latest: whether its heading says that it shows the portal's newest stories: on a section's page a side box.
        narrow: the narrow column it stands in, if any.
    """

    parent: HtmlElement
    rows: list[Row]
    score: float = 0.0
    words: float = 0.0
    dated: float = 0.0
    led: float = 0.0
    aside: str = ""
    sure: bool = False
    latest: bool = False
    narrow: HtmlElement | None = None
    shapes: frozenset[str] = frozenset()
    sort: tuple[str, ...] = ()
    ancestors: frozenset[HtmlElement] = field(default_factory=frozenset)

    @property
    def weight(self) -> float:
        """Importance on the page."""
        return self.score * math.pow(min(len(self.rows), 12), 0.7)


def shape(url: str) -> str:
    """Return the form of an address: host and folders, with numbers and slugs made equal."""
    parts = urlsplit(url)
    segments = [_segment(segment) for segment in parts.path.split("/") if segment]
    names = sorted(pair.partition("=")[0].lower() for pair in parts.query.split("&") if pair)
    query = "bare" if parts.query.startswith("/") else "&".join(names)
    return f"{len(segments)}/{segments[-1] if segments else ''}?{query}"


def _segment(segment: str) -> str:
    dot = segment.rfind(".")
    stem, extension = (segment[:dot], segment[dot:]) if dot > 0 and len(segment) - dot < 6 else (segment, "")
    if stem.isdecimal():
        return f"#{extension}"
    number = "#" if re.search(r"(?:^|[-_a])\d+(?:$|[-_])", stem) else ""
    return f"{'slug' if number or re.search('[-_].*[-_]', stem) else 'name'}{number}{extension}"


def group(rows: list[Row], sure: frozenset[HtmlElement]) -> list[Block]:
    """Group rows into blocks: rows with the same parent, then blocks of one make in columns of a grid.

    `sure` are elements that rules name as rows.
    """
    by_parent: dict[HtmlElement, list[Row]] = {}
    for row in rows:
        parent = row.element.getparent()
        by_parent.setdefault(row.element if parent is None else parent, []).append(row)
    total = len(rows)
    census: Counter[HtmlElement] = Counter()
    for parent, members in by_parent.items():
        for element in (parent, *parent.iterancestors()):
            census[element] += len(members)
    blocks = []
    for parent, members in by_parent.items():
        block = Block(parent, members)
        _weigh(block, census, total, sure)
        blocks.append(block)
    return blocks


def _weigh(block: Block, census: Counter[HtmlElement], total: int, sure: frozenset[HtmlElement]) -> None:
    rows = block.rows
    count = len(rows)
    block.dated = sum(bool(row.date) for row in rows) / count
    block.led = sum(bool(row.lead) for row in rows) / count
    block.words = words = sum(min(len(row.title.split()), 12) for row in rows) / count
    block.shapes = frozenset(shape(row.candidate.url) for row in rows)
    block.sort = _sort(rows[0])
    block.ancestors = frozenset((block.parent, *block.parent.iterancestors()))
    block.sure = any(row.candidate.sure for row in rows)
    block.score = (
        3 * block.dated
        + 2 * block.led
        + 1.5 * sum(row.candidate.articleness for row in rows) / count
        + sum(row.heading for row in rows) / count
        + 0.5 * sum(row.image for row in rows) / count
        + words / 6
        + 3 * block.sure
        + 5 * any(row.element in sure or not sure.isdisjoint(row.element.iterancestors()) for row in rows)
        - (1.0 if count == 1 else 0.0)
    )
    if words < 3 or (count > 3 and words < 4 and not block.dated):  # menus, and numbers of documents
        block.score -= 2
    for element in (block.parent, *block.parent.iterancestors()):
        if element.tag in {"body", "html", "form"} or (census[element] > 0.8 * total and total > count):
            break
        if is_chrome(element):
            block.aside = "navigation"
            block.score -= 4
            break
        names = class_id(element)
        if not block.aside and (
            element.tag == "aside" or element.get("role") == "complementary" or _ASIDE.search(names)
        ):
            block.aside = names.strip() or "aside"
        if block.narrow is None and _NARROW.search(names):
            block.narrow = element
    heading = _heading(block)
    if not block.aside and _ASIDE_HEADING.match(heading):
        block.aside = heading
    block.latest = _LATEST_HEADING.match(heading) is not None


def is_chrome(element: HtmlElement) -> bool:
    """Whether an element is part of the page's frame by its tag, role or the words of its class."""
    if element.tag in _CHROME_TAGS or element.get("role") in _CHROME_ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    tokens = {token.lower() for token in _TOKEN.findall(names)} | set(re.split(r"[\s_-]+", names.lower()))
    return not tokens.isdisjoint(_CHROME_WORDS) and tokens.isdisjoint(_CONTENT_WORDS)


def _heading(block: Block) -> str:
    """Return the short text nearest before the block, a few levels up: its heading if it has one."""
    element: HtmlElement | None = block.rows[0].nodes[0]
    for _ in range(5):
        if element is None or element.tag in {"body", "html"}:
            break
        for sibling in islice(element.itersiblings(preceding=True), 12):
            if (
                isinstance(sibling.tag, str)
                and sibling.tag not in INVISIBLE
                and (text := text_up_to(sibling, _HEADING_LENGTH))
            ):
                return text if len(text) <= _HEADING_LENGTH else ""
        element = element.getparent()
    return ""


def _sort(row: Row) -> tuple[str, ...]:
    """Return the make of a row: tags and classes from its title link up to the row."""
    path = []
    for element in _upto(row.link, row.element):
        path.append(f"{element.tag}.{re.sub(r'[0-9]+', '', element.get('class') or '')}")
        if len(path) > 3:
            break
    return tuple(path)


def _upto(element: HtmlElement, end: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    if element is not end:
        for ancestor in element.iterancestors():
            yield ancestor
            if ancestor is end:
                return


def choose(blocks: list[Block], *, home: bool, pager: HtmlElement | None) -> list[Block]:
    """Return the blocks whose rows are the page's items.

    One block leads. On a home page every block of article-like rows joins it, side boxes excepted. On a page of a
    section those join that are of its make, or that stand between it and the pager.
    """
    fit = [block for block in blocks if block.score >= _ENOUGH] or [block for block in blocks if _is_plain(block)]
    if not fit:
        return []
    lead = _lead(fit, home=home, pager=pager)
    if lead.aside == "navigation":
        return []
    region = _common(lead.parent, pager) if pager is not None else None
    if pager is not None and _follows(pager, lead.parent):  # what stands below the pager is not what it pages
        fit = [block for block in fit if block.sort == lead.sort or not _follows(block.parent, pager)]
    return [block for block in fit if block is lead or _joins(block, lead, home=home, region=region)]


def _is_plain(block: Block) -> bool:
    """Whether a block without dates and leads lists articles: three titles or more, at addresses of articles."""
    return (
        len({row.title for row in block.rows}) >= _SEVERAL
        and block.words >= _WORDY
        and not block.aside
        and sum(row.candidate.articleness > 0 for row in block.rows) >= 0.8 * len(block.rows)
    )


def _lead(fit: list[Block], *, home: bool, pager: HtmlElement | None) -> Block:
    """Return the block that the page is about: the one that the pager is nearest to, else the heaviest."""
    central = [block for block in fit if not block.aside] or fit
    central = [block for block in central if block.sure] or central
    if not home:
        central = [block for block in central if not block.latest] or central

    def claim(block: Block) -> float:
        narrow = 0.6 if block.narrow is not None else 1
        numbers = 0.25 if block.words < _WORDY else 1
        return block.weight * narrow * numbers * (0.7 if block.latest else 1)

    heaviest = max(central, key=claim)
    if pager is None:
        return heaviest
    depth = {element: number for number, element in enumerate([*pager.iterancestors()][::-1])}

    def nearness(block: Block) -> tuple[int, float]:
        return max((depth[element] for element in block.ancestors if element in depth), default=-1), claim(block)

    nearest = max(central, key=nearness)
    return nearest if nearest.weight > _NEAR_PAGER * heaviest.weight else heaviest


def _joins(block: Block, lead: Block, *, home: bool, region: HtmlElement | None) -> bool:
    if block.aside and not (block.aside == lead.aside or _is_feature(block, lead)):
        return False
    if block.latest and not lead.latest and not home:
        return False
    if block.narrow is not None and block.narrow not in lead.ancestors and not home:
        return False
    if region is not None and region.tag not in {"body", "html", "form"} and region not in block.ancestors:
        return False
    like = bool(block.shapes & lead.shapes)
    if block.sort == lead.sort or (home and (like or (block.score > _ENOUGH + 1 and block.words >= _WORDY))):
        return True
    if region is not None:
        return like
    return like and (block.dated >= 0.5 or block.led >= 0.5 or (lead.dated < 0.5 and lead.led < 0.5))


def _is_feature(block: Block, lead: Block) -> bool:
    """Whether a block under a "hot news" heading is the section's top story, with its lead, rather than a side box."""
    return (
        block.aside != "navigation" and len(block.rows) <= 2 and block.led >= 0.5 and bool(block.shapes & lead.shapes)
    )


def _common(first: HtmlElement, second: HtmlElement) -> HtmlElement | None:
    above = {first, *first.iterancestors()}
    return next((element for element in (second, *second.iterancestors()) if element in above), None)


def _follows(later: HtmlElement, earlier: HtmlElement) -> bool:
    """Whether an element stands wholly behind another in the page."""
    common = _common(earlier, later)
    if common is None or common in (later, earlier):
        return False
    branches = [
        next(one for one in (element, *element.iterancestors()) if one.getparent() is common)
        for element in (later, earlier)
    ]
    return int(common.index(branches[0])) > int(common.index(branches[1]))
