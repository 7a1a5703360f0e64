"""Rows of links to other pages: what a listing shows where an article has its text.

For the verdict only: which rows a listing has is read by `crawlers.reading.listing`.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from crawlers.reading.lines import Says
from crawlers.reading.locate import is_good
from crawlers.reading.media import attachment_url, is_file
from crawlers.reading.page import Kind, Line, Node, Page, Zone
from crawlers.reading.tree import css

_LIST = 3
"""So many rows are a list, whatever they hold; of fewer, one with a story's paragraphs is a page, not a row."""
_STORY = 4
_HOST = re.compile(r"^(?:https?:)?//[^/?#]*")


@dataclass(slots=True)
class Rows:
    """Rows of links to other pages: their row blocks, the lines in them, the lines of prose outside them."""

    rows: list[Node]
    inside: set[int]
    first: int
    size: int


def rows_of(page: Page, title: Line | None, selectors: Sequence[str]) -> Rows:
    """Find the rows of the page's largest list of links to other pages; nothing under a heading of related links."""
    rows = _largest(page, _headlines(page, title), title)
    for selector in selectors:
        ruled = [node for el in css(page.root, selector) if (node := page.nodes.get(el)) is not None]
        rows = ruled if len(ruled) >= max(len(rows), 1) else rows
    if len(rows) < _LIST:
        rows = [row for row in rows if sum(is_good(line) for line in page.lines_of(row)) < _STORY]
    if not rows:
        return Rows([], set(), len(page.lines), 0)
    inside = {index for row in rows for index in range(row.start, row.end)}
    if len(rows) >= _LIST and all(row.end - row.start <= 1 for row in rows) and rows[0].parent is not None:
        end = rows[0].parent.end  # headlines as siblings of their summaries
        inside = set(range(rows[0].start, title.index if title and rows[-1].end <= title.index < end else end))
    return Rows(rows, inside, rows[0].start, sum(len(page.lines[index].text) for index in inside))


def _headlines(page: Page, title: Line | None) -> list[Line]:
    found: list[Line] = []
    here = _HOST.sub("", page.url)
    skipping = False
    for line in page.lines:
        if line.kind is not Kind.TEXT or line.node.zone is not Zone.MAIN or (title and line.index == title.index):
            continue
        if not line.linked:
            skipping = line.says is Says.RELATED or (skipping and len(line.text) < 60)
        elif len(line.text) >= 20 and not skipping and _leads_away(line, here):
            found.append(line)
    return found


def _largest(page: Page, headlines: Sequence[Line], title: Line | None) -> list[Node]:
    """The rows of the largest list: around each headline the widest block that holds no other, by their parent."""
    positions = [line.index for line in headlines]
    groups: dict[Node, dict[Node, None]] = {}
    for line in headlines:
        row = line.node
        while row.parent is not None and row.parent.tag not in {"body", "html"}:
            parent = row.parent
            several = bisect_left(positions, parent.end) - bisect_left(positions, parent.start) > 1
            if several or (title is not None and parent.holds(title.index)):
                break
            row = parent
        if row.parent is not None:
            groups.setdefault(row.parent, {})[row] = None
    lists = [list(rows) for rows in groups.values()]
    return max(lists, key=lambda rows: (len(rows) >= 3, _size(page, rows)), default=[])


def _size(page: Page, rows: Sequence[Node]) -> int:
    return sum(len(line.text) for line in page.lines[rows[0].start : rows[-1].end])


def _leads_away(line: Line, here: str) -> bool:
    """Whether a line links to another page: no file, no script, not `here` (the page's path and query)."""
    for el, _ in line.links:
        href = (el.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:")):
            return False
        path = _HOST.sub("", href).partition("#")[0]
        return path not in {here, f"{here}.html"} and not (is_file(href) and attachment_url(el, "http://x/"))
    return False
