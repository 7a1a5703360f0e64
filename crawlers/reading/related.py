"""Links to other articles: below the text under "Tin liên quan" and the like, and in boxes inside it."""

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from crawlers.reading.dates import find_dates
from crawlers.reading.ends import is_real
from crawlers.reading.lines import Says
from crawlers.reading.media import attachment_url
from crawlers.reading.page import Kind, Line, Node, Page, Zone
from crawlers.reading.published import date_of, stamp
from storage.records import RelatedLink
from storage.text import clean

_SEE_ALSO = re.compile(r"(?:>>+|»|›|=>|→|☞)\s*\S|(?:xem|đọc) thêm\s*:|(?:tin|bài) liên quan\s*:", re.IGNORECASE)
OWN_LIST = re.compile(
    r"liên quan|cùng |khác|đã (?:đưa|đăng)|trước|\bsau\b|tiếp theo|cũ hơn|other|related|có thể (?:bạn )?quan tâm",
    re.IGNORECASE,
)
"""Headings of lists that belong to an article, not to the portal."""
_SHORTEST = 15
_MOST = 40
_ENDS = frozenset({Says.STATISTICS, Says.LOGIN, Says.FOOTER, Says.COMMENTS, Says.PERMISSIONS})


def related_links(rest: Sequence[Line], dropped: Sequence[Line], base: str) -> tuple[RelatedLink, ...]:
    """Return the links among the lines after the article (to the next other thing) and the boxes taken out of it.

    Args:
        rest: the lines from the heading of related links on.
        dropped: lines of boxes inside the body.
        base: the page's address; a link to it is none.
    """
    found: dict[str, RelatedLink] = {}
    for lines in (dropped, _list(rest)):
        for position, line in enumerate(lines):
            following = lines[position + 1] if position + 1 < len(lines) else None
            for el, text in line.links:
                title = clean(text) or clean(el.get("title") or "")
                url = _address(el.get("href") or "", base)
                if url is None or len(title) < _SHORTEST or attachment_url(el, base):
                    continue
                found.setdefault(url, RelatedLink(url, title, _date_beside(line, title, following)))
    return tuple(found.values())[:_MOST]


def _list(rest: Sequence[Line]) -> list[Line]:
    """The lines under a heading of related links within their common block, up to what is not a list of links."""
    if not rest or rest[0].says is not Says.RELATED:
        return []
    kept: list[Line] = []
    misses = 0
    box: Node | None = None
    for line in rest[1:]:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN:
            continue
        if box is not None and not box.holds(line.index):
            break
        if box is None and line.links:
            box = next((node for node in line.node.ancestors() if node.holds(rest[0].index)), None)
        headed = kept and not line.linked and (line.heading or line.says is Says.RELATED)
        if line.says in _ENDS or headed or misses > 2:
            break
        if line.links or date_of(line.text) is not None:
            kept.append(line)
            misses = 0
        elif line.says is None and len(line.text) > 40:
            misses += 1
    return kept


def _address(href: str, base: str) -> str | None:
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
        return None
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    away = url.partition("#")[0] != base.partition("#")[0]
    return url if parts.scheme in {"http", "https"} and away else None


def _date_beside(line: Line, title: str, following: Line | None) -> str:
    beside = line.text.replace(title, " ", 1)
    dates = find_dates(beside) if any(char.isdigit() for char in beside) else []
    if dates:
        return dates[0].raw
    if following is not None and not following.links and (date := date_of(following.text)) is not None:
        return date.raw
    return ""


def other_articles(page: Page, shown: Sequence[Line], container: Node) -> list[Line]:
    """Return the lines of boxes inside the body that lead to other articles.

    A box is a heading of related links with the links under it, or a card: a picture and a headline with one link.
    """
    dropped: dict[int, Line] = {}
    texts = [line for line in shown if line.kind is Kind.TEXT]
    first = next((line.index for line in texts if is_real(line)), -1)
    for position, line in enumerate(texts):
        found: Sequence[Line] = ()
        if line.says is Says.RELATED and len(line.text) < 60:
            found = _under(page, line, texts[position + 1 : position + 24], container)
        elif line.linked and len(line.text) >= 20:
            card = _card(page, line, container) if line.index > first else None
            found = page.lines_of(card) if card is not None else [line] if _SEE_ALSO.match(line.text) else ()
        dropped.update((other.index, other) for other in found)
    return list(dropped.values())


def _under(page: Page, heading: Line, following: Sequence[Line], container: Node) -> list[Line]:
    """A heading of related links with the links under it; alone where it is a link itself or fills a small box."""
    linked: list[Line] = []
    for line in following:
        if not line.linked and line.says is not Says.RELATED and not (linked and stamp(line)):
            break
        linked.append(line)
    box = next((node for node in heading.node.ancestors() if node.end - node.start > 1), container)
    small = box is not container and box.end - box.start <= 40
    alone = heading.linked or (small and not any(is_real(line) for line in page.lines_of(box)))
    return [heading, *linked] if linked or alone else []


def _card(page: Page, headline: Line, container: Node) -> Node | None:
    """The small block around a linked headline that also holds a picture with the same link."""
    address = headline.links[0][0].get("href") if headline.links else None
    for node in headline.node.ancestors():
        if node is container or node.end - node.start > 8:
            return None
        for line in page.lines_of(node):
            if line.kind is Kind.IMAGE:
                parent = line.el.getparent()
                while parent is not None and parent.tag not in {"a", "body"}:
                    parent = parent.getparent()
                if parent is not None and parent.tag == "a" and parent.get("href") == address:
                    return node
    return None
