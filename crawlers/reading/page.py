"""A page as a flat list of lines: what every step of reading works on.

A *line* is what a reader of the page sees as one: the inline text between two block edges, an image, a data table, an
embedded frame. Each line knows its block (`Node`), each block the range of its lines, so that "what follows the title
within this container" is a slice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import EllipsisType

from lxml.html import HtmlElement

from crawlers.reading.lines import Says, says_all

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_CENTRED = re.compile(r"text-align\s*:\s*(?:center|right)", re.IGNORECASE)
SLANTED = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)


class Kind(StrEnum):
    """What a line is."""

    TEXT = "text"
    IMAGE = "image"
    TABLE = "table"
    FRAME = "frame"


class Zone(StrEnum):
    """Where in the page's frame a block lies, by HTML5 tags, ARIA roles and the words of its class."""

    MAIN = "main"
    MARGIN = "margin"
    """Navigation, breadcrumb, footer, aside: no title or body, yet a witness (a breadcrumb names the section)."""
    UNSEEN = "unseen"
    """Hidden by style, or meant for screen readers only."""


class Node:
    """A block element: its parent, and the range of lines inside it (`start` included, `end` not)."""

    __slots__ = ("crumb", "depth", "el", "end", "heading", "item", "names", "parent", "start", "style", "tag", "zone")

    def __init__(self, el: HtmlElement, tag: str, parent: "Node | None", start: int) -> None:
        self.el, self.tag, self.parent, self.start, self.end = el, tag, parent, start, start
        self.zone: Zone = parent.zone if parent else Zone.MAIN
        self.depth: int = parent.depth + 1 if parent else 0
        self.heading: int = _HEADINGS.get(tag) or (parent.heading if parent else 0)
        self.item: Node | None = self if tag == "li" else parent.item if parent else None
        self.crumb: bool = parent.crumb if parent else False
        self.names = ""
        self.style = ""

    def ancestors(self) -> "Iterator[Node]":
        """Yield the node itself and every block around it, outwards."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent

    def holds(self, index: int) -> bool:
        """Whether the line of that index is inside."""
        return self.start <= index < self.end


@dataclass(slots=True)
class Line:
    """A line: its place, its text as printed (white space collapsed) and how it is set.

    Attributes:
        index: place in the page.
        kind: text, image, table, frame.
        node: the innermost block around it.
        text: "" for images and frames.
        link: characters inside links; `bold`, `italic` likewise.
        heading: level of the heading that it is, or 0.
        item: whether it is a list item (the first line of one).
        parts: where the text of its inline pieces with a tag of their own begins, as (start, element).
        links: its links, as (element, text).
        marks: class and id, in lower case, of its inline pieces that have any.
        el: the image's, table's or frame's element; else the block's.
        said: cache of `says`.
        learned: whether it is a block of the portal's template.
    """

    index: int
    kind: Kind
    node: Node
    el: HtmlElement
    text: str = ""
    link: int = 0
    bold: int = 0
    italic: int = 0
    heading: int = 0
    item: bool = False
    parts: tuple[str, ...] = ()
    links: tuple[tuple[HtmlElement, str], ...] = ()
    marks: tuple[str, ...] = ()
    said: Says | EllipsisType | None = ...
    learned: bool = False

    @property
    def says(self) -> Says | None:
        """What the line is when it is no text of an article: by its words, or those of its links or pieces."""
        if isinstance(self.said, EllipsisType):
            self.said = says_all(self.text, [text for _, text in self.links] if len(self.links) > 1 else self.parts)
        return self.said

    @property
    def linked(self) -> bool:
        """Whether all of it is link."""
        return self.link > 0 and self.link >= 0.9 * len(self.text)

    @property
    def strong(self) -> bool:
        """Whether all of it is set bold."""
        return self.bold >= 0.9 * len(self.text) or bool(HEAVY.search(self.node.style))

    @property
    def slanted(self) -> bool:
        """Whether all of it is set in italics."""
        return self.italic >= 0.9 * len(self.text) or bool(SLANTED.search(self.node.style))

    @property
    def centred(self) -> bool:
        """Whether its block, or the one around, is set to the middle or the right."""
        node: Node | None = self.node
        for _ in range(2):
            if node is None:
                break
            if _CENTRED.search(node.style) or node.tag == "center":
                return True
            node = node.parent
        return False


@dataclass(slots=True)
class Page:
    """The walked page: all lines in document order, the blocks, and sums of text before each line."""

    url: str
    root: HtmlElement
    body: Node
    lines: list[Line]
    nodes: dict[HtmlElement, Node]
    controls: list[tuple[HtmlElement, int]]

    def node_of(self, el: HtmlElement) -> Node | None:
        """Return the block of an element, or the block around an inline one; None if it was not walked."""
        current: HtmlElement | None = el
        while current is not None:
            node = self.nodes.get(current)
            if node is not None:
                return node
            current = current.getparent()
        return None

    def lines_of(self, node: Node) -> list[Line]:
        """Return the lines inside a block."""
        return self.lines[node.start : node.end]
