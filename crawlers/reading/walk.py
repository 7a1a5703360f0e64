"""The one walk over a parsed page that makes its blocks; `crawlers.reading.inline` makes the lines."""

import re
from collections.abc import Callable

from lxml.html import HtmlElement

from crawlers.reading.inline import BOLD, ITALIC, LINKED, InlineText
from crawlers.reading.page import HEAVY, SLANTED, Kind, Line, Node, Page, Zone
from crawlers.reading.tables import is_data_table, table_rows
from crawlers.reading.tags import BLOCK, BREAK, CODES, CONTROL, FRAME, INLINE, PICTURE
from crawlers.reading.zones import MARGIN_ROLES, MARGIN_TAGS, hides, named_zone, settle
from storage.text import clean

_PART = 8
"""Beside the styles: a tag that portals set pieces of a line apart by."""
_COLUMNS = re.compile(r"\S[ \t]{3,}\S")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_TYPED = 90
"""Letters of a typed paragraph on average, and of a line that is one: lines broken by hand are shorter."""
_SOURCES = ("data-src", "data-original", "data-lazy-src", "src")
"""Where an image that is loaded later has its address; its `src` is a spacer until then."""
_SET = {
    "b": BOLD,
    "strong": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "cite": ITALIC,
    "a": LINKED | _PART,
    **dict.fromkeys(("span", "label", "time", "small", "font", "big"), _PART),
}
"""How a tag sets its text."""


def build(root: HtmlElement, url: str, alone: Callable[[str], bool]) -> Page:
    """Walk a parsed page once. Depth and size are bounded by `crawlers.reading.tree.parse`.

    Args:
        root: the document.
        url: its address.
        alone: tells whether a short text stands alone (a date, a counter), so that inline pieces of a block that are
            such become lines of their own: portals set them apart by style only.
    """
    bodies = root.findall("body")
    walker = _Walker(alone)
    top = max(bodies, key=len) if bodies else root
    body = walker.block(top, top.tag, None)
    page = Page(url, root, body, walker.lines, walker.nodes, walker.controls)
    settle(page)
    return page


class _Walker(InlineText):
    """Goes down the tree: blocks, their inline pieces, images, tables, frames.

    Its methods are called for every element of a page: what is written out twice would cost a call each time.
    """

    def __init__(self, alone: Callable[[str], bool]) -> None:
        super().__init__(alone)
        self.nodes: dict[HtmlElement, Node] = {}
        self.controls: list[tuple[HtmlElement, int]] = []
        self.inside = 0
        self.style = 0

    def block(self, el: HtmlElement, tag: str, parent: Node | None) -> Node:
        node = Node(el, tag, parent, len(self.lines))
        self.nodes[el] = node
        attributes = el.items()
        if attributes:
            self._attributes(node, attributes)
        if tag in MARGIN_TAGS and node.zone is Zone.MAIN:
            node.zone = Zone.MARGIN
        if tag == "pre":
            break_lines(el)
        text = el.text
        if text and (self.buffer or not text.isspace()):
            self.buffer.append(text.replace("\n", " "))
            self.styles.append(self.style)
        if len(el):
            self._children(el, node)
        if self.buffer:
            self.flush(node)
        node.end = len(self.lines)
        return node

    def _attributes(self, node: Node, attributes: list[tuple[str, str]]) -> None:  # noqa: C901  # one branch an attribute
        names = ""
        for name, value in attributes:
            if name in {"class", "id"}:
                names = f"{names} {value}" if names else value
            elif name == "style":
                node.style = value
                if hides(value):
                    node.zone = Zone.UNSEEN
            elif name == "hidden":
                node.zone = Zone.UNSEEN
            elif name == "role":
                if node.zone is Zone.MAIN and value in MARGIN_ROLES:
                    node.zone = Zone.MARGIN
            elif name == "align":
                node.style += f";text-align:{value}"
        if names:
            node.names = names = names.lower()
            zone = named_zone(names)
            if zone is Zone.UNSEEN:
                node.zone = zone
            elif zone is Zone.MARGIN and node.zone is Zone.MAIN and node.tag not in {"body", "form", "html"}:
                node.zone = zone
                node.crumb = "breadcrumb" in names

    def _children(self, el: HtmlElement, node: Node) -> None:  # noqa: C901  # one branch a kind of tag
        for child in el:
            tag = child.tag
            code = CODES.get(tag, BLOCK)
            if code == BLOCK:
                if self.buffer:
                    self.flush(node)
                if tag == "table" and is_data_table(child):
                    self._table(child, node)
                else:
                    self.block(child, tag, node)
            elif code == INLINE:
                self._inline(child, tag, node)
            elif code == BREAK:
                self.buffer.append("\n")
                self.styles.append(0)
            elif code == PICTURE:
                self._image(child, node)
            elif code == CONTROL:
                self.controls.append((child, len(self.lines)))
            elif code == FRAME:
                if self.buffer:
                    self.flush(node)
                self.lines.append(Line(len(self.lines), Kind.FRAME, node, child))
            tail = child.tail
            if tail and (self.buffer or not tail.isspace()):
                self.buffer.append(tail.replace("\n", " "))
                self.styles.append(self.style)

    def _inline(self, el: HtmlElement, tag: str, node: Node) -> None:  # noqa: C901  # hot: calls would cost more
        own = _SET.get(tag, 0)
        buffer = self.buffer
        start = len(buffer)
        style = el.get("style")
        if style:
            if hides(style):
                return
            if not own & ~_PART:
                own |= BOLD if HEAVY.search(style) else ITALIC if SLANTED.search(style) else 0
        named, identity = el.get("class"), el.get("id")
        if named or identity:
            names = f"{named or ''} {identity or ''}".lower().strip()
            if names:
                if named_zone(names) is Zone.UNSEEN:
                    return
                self.marks.append((start, names))
        if own & _PART:
            self.cuts.append(start)
        lines = len(self.lines)
        outside = self.style
        self.style = outside | own & ~_PART
        text = el.text
        if text and (buffer or not text.isspace()):
            buffer.append(text.replace("\n", " "))
            self.styles.append(self.style)
        if len(el):
            self.inside += 1
            self._children(el, node)
            self.inside -= 1
        self.style = outside
        if named and not self.inside and tag != "a" and len(self.lines) == lines:
            self.runs.append((start, len(buffer)))
        if own & _PART:
            self.cuts.append(len(buffer))
            if tag == "a":
                self._linked(el, lines, start)

    def _linked(self, el: HtmlElement, lines: int, start: int) -> None:
        """Note a link's stretch of the buffer, and give it to the lines of the blocks inside it."""
        if len(self.lines) == lines:
            self.links.append((el, start, len(self.buffer)))
            return
        for line in self.lines[lines:]:
            if line.link and not line.links:
                line.links = ((el, line.text),)
        if self.buffer:
            self.links.append((el, 0, len(self.buffer)))

    def _image(self, el: HtmlElement, node: Node) -> None:
        if not all(map(str.isspace, self.buffer)):
            if is_icon(el):
                return
            self.flush(node)
        self.lines.append(Line(len(self.lines), Kind.IMAGE, node, el))

    def _table(self, el: HtmlElement, node: Node) -> None:
        inner = Node(el, "table", node, len(self.lines))
        self.nodes[el] = inner
        attributes = el.items()
        if attributes:
            self._attributes(inner, attributes)
        text = "\n".join(" ".join(cell for cell in row if cell) for row in table_rows(el))
        links = tuple((link, clean(link.text_content())) for link in el.iter("a"))
        self.lines.append(
            Line(len(self.lines), Kind.TABLE, inner, el, text, link=sum(len(t) for _, t in links), links=links)
        )
        inner.end = len(self.lines)


def break_lines(pre: HtmlElement) -> None:
    """Put `<br>`s where text set as typed has its paragraphs: at empty lines, or at the ends of lines if all are long.

    Code and columns are left as they are. Only the text before the first element within is looked at, which in such a
    text is all of it.
    """
    text = pre.text or ""
    if _COLUMNS.search(text):
        return
    paragraphs = [part for part in _EMPTY_LINE.split(text) if part.strip()]
    if len(paragraphs) < 2:
        paragraphs = [part for part in text.split("\n") if part.strip()]
    if len(paragraphs) < 2 or sum(map(len, paragraphs)) < _TYPED * len(paragraphs):
        return
    pre.text = paragraphs[0]
    for place, part in enumerate(paragraphs[1:]):
        for twice in (False, True):
            line_end = pre.makeelement("br")
            line_end.tail = part if twice else None
            pre.insert(2 * place + twice, line_end)


def is_icon(el: HtmlElement) -> bool:
    """Whether an image is a spacer, bullet or button by its own attributes."""
    source = next((value for name in _SOURCES if (value := el.get(name))), "").lower()
    if any(
        word in source
        for word in ("spacer", "icon", "bullet", "arrow", "blank.", "pixel", "/new.gif", "emoticon", "/_layouts/")
    ):
        return True
    for name in ("width", "height"):
        size = re.match(r"\s*(\d{1,5})", el.get(name) or "")
        if size and int(size[1]) < 40:
            return True
    return False
