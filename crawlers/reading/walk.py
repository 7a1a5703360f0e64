"""The one walk over a parsed page that makes its lines and blocks."""

import re
import unicodedata
from collections.abc import Callable
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from crawlers.reading.page import HEAVY, SLANTED, Kind, Line, Node, Page, Zone
from crawlers.reading.tables import is_data_table, table_rows
from crawlers.reading.tree import INLINE, INVISIBLE
from crawlers.reading.zones import MARGIN_ROLES, MARGIN_TAGS, hides, named_zone, settle
from storage.text import clean

_BLOCK, _INLINE, _BREAK, _PICTURE, _CONTROL, _FRAME, _SKIP = range(7)
_CODES: dict[object, int] = {
    **dict.fromkeys(INVISIBLE, _SKIP),
    **dict.fromkeys(("svg", "object", "map", "audio", "canvas", "title", "datalist", "math"), _SKIP),
    **dict.fromkeys((etree.Comment, etree.ProcessingInstruction, etree.Entity), _SKIP),
    **dict.fromkeys(INLINE, _INLINE),
    **dict.fromkeys(("picture", "source", "track", "param", "nobr", "output", "meter", "st1:city"), _INLINE),
    **dict.fromkeys(("input", "select", "textarea", "button"), _CONTROL),
    **dict.fromkeys(("iframe", "video", "embed"), _FRAME),
    "br": _BREAK,
    "img": _PICTURE,
}
"""How the walk takes a tag; one that is not here is a block."""
_DEPTHS = {"b": 0, "strong": 0, "i": 1, "em": 1, "cite": 1, "a": 2}
_PART = frozenset({"span", "label", "time", "small", "font", "a", "big"})
_STACKED = 40
"""Of inline pieces set one under the other, one is at least this long: a title or a lead, no row of buttons."""
_CELLS = frozenset({"td", "th"})


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


class _Walker:
    """State of the walk: the buffer of the line under way and how its characters are set."""

    def __init__(self, alone: Callable[[str], bool]) -> None:
        self.lines: list[Line] = []
        self.nodes: dict[HtmlElement, Node] = {}
        self.controls: list[tuple[HtmlElement, int]] = []
        self.alone = alone
        self.buffer: list[str] = []
        self.styles: list[int] = []
        self.links: list[tuple[HtmlElement, int, int]] = []
        self.cuts: list[int] = []
        self.marks: list[tuple[int, str]] = []
        self.runs: list[tuple[int, int]] = []
        self.inside = 0
        self.depths = [0, 0, 0]

    def block(self, el: HtmlElement, tag: str, parent: Node | None) -> Node:
        lines = self.lines
        node = Node(el, tag, parent, len(lines))
        self.nodes[el] = node
        attributes = el.items()
        if attributes:
            self._attributes(node, attributes)
        if tag in MARGIN_TAGS and node.zone is Zone.MAIN:
            node.zone = Zone.MARGIN
        text = el.text
        if text:
            self._text(text)
        for child in el:
            self._child(child, node)
        if self.buffer:
            self._flush(node)
        node.end = len(lines)
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

    def _child(self, child: HtmlElement, node: Node) -> None:  # noqa: C901  # one branch a kind of tag
        tag = child.tag
        code = _CODES.get(tag, _BLOCK)
        if code == _BLOCK:
            if self.buffer:
                self._flush(node)
            if tag == "table" and is_data_table(child):
                self._table(child, node)
            else:
                self.block(child, tag, node)
        elif code == _INLINE:
            self._inline(child, tag, node)
        elif code == _BREAK:
            self.buffer.append("\n")
            self.styles.append(0)
        elif code == _PICTURE:
            self._image(child, node)
        elif code == _CONTROL:
            self.controls.append((child, len(self.lines)))
        elif code == _FRAME:
            if self.buffer:
                self._flush(node)
            self.lines.append(Line(len(self.lines), Kind.FRAME, node, child))
        tail = child.tail
        if tail:
            self._text(tail)

    def _inline(self, el: HtmlElement, tag: str, node: Node) -> None:  # noqa: C901  # hot: calls would cost more
        depth = _DEPTHS.get(tag, -1)
        if el.attrib:
            style = el.get("style")
            names = f"{el.get('class') or ''} {el.get('id') or ''}".lower().strip()
            if (style and hides(style)) or (names and named_zone(names) is Zone.UNSEEN):
                return
            if names:
                self.marks.append((len(self.buffer), names))
            if style and depth < 0:
                depth = 0 if HEAVY.search(style) else 1 if SLANTED.search(style) else -1
        start = len(self.buffer)
        part = tag in _PART
        if part:
            self.cuts.append(start)
        self.inside += 1
        lines = len(self.lines)
        if depth >= 0:
            self.depths[depth] += 1
        text = el.text
        if text:
            self._text(text)
        for child in el:
            self._child(child, node)
        self.inside -= 1
        if depth >= 0:
            self.depths[depth] -= 1
        if not self.inside and tag != "a" and len(self.lines) == lines and el.get("class"):
            self.runs.append((start, len(self.buffer)))
        if part:
            self.cuts.append(len(self.buffer))
            if tag == "a":
                self.links.append((el, start if len(self.lines) == lines else 0, len(self.buffer)))

    def _text(self, text: str) -> None:
        if not self.buffer and text.isspace():
            return
        self.buffer.append(text.replace("\n", " ") if "\n" in text else text)
        bold, italic, link = self.depths
        self.styles.append((bold > 0) + 2 * (italic > 0) + 4 * (link > 0))

    def _image(self, el: HtmlElement, node: Node) -> None:
        if not all(map(str.isspace, self.buffer)):
            if is_icon(el):
                return
            self._flush(node)
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

    def _flush(self, node: Node) -> None:
        buffer = self.buffer
        if not buffer:
            return
        if len(buffer) == 1:
            self._line(node, 0, 1, ())
        elif not all(map(str.isspace, buffer)):
            if "\n" in buffer:
                for start, end in _pieces(buffer):
                    self._emit(node, start, end)
            else:
                self._emit(node, 0, len(buffer))
        buffer.clear()
        self.styles.clear()
        self.links.clear()
        self.cuts.clear()
        self.marks.clear()
        self.runs.clear()

    def _emit(self, node: Node, start: int, end: int) -> None:
        """Make a line of a stretch of the buffer, or several where pieces of it stand alone."""
        if len(self.runs) > 1 and (runs := self._stacked(node, start, end)):
            for begin, stop in runs:
                self._line(node, begin, stop, ())
            return
        edges = [start, *sorted({cut for cut in self.cuts if start < cut < end}), end] if self.cuts else [start, end]
        if len(edges) > 2 and end - start < 40:
            parts = [
                (begin, stop, text)
                for begin, stop in pairwise(edges)
                if (text := _tidy("".join(self.buffer[begin:stop])))
            ]
            for begin, stop in self._set_apart(parts):
                self._line(
                    node, begin, stop, tuple(text for first, last, text in parts if begin <= first and last <= stop)
                )
            return
        self._line(node, start, end, ())

    def _stacked(self, node: Node, start: int, end: int) -> list[tuple[int, int]]:
        """The inline pieces that style sets one under the other, or none: they stand beside blocks in their block.

        Each has a class of its own, together they are all the text, and none goes on a sentence of another.
        """
        runs = [(begin, stop) for begin, stop in self.runs if start <= begin and stop <= end]
        if len(runs) < 2 or not any(_CODES.get(child.tag, _BLOCK) == _BLOCK for child in node.el):
            return []
        outside = [
            piece
            for (_, before), (after, _) in pairwise([(start, start), *runs, (end, end)])
            for piece in self.buffer[before:after]
        ]
        texts = ["".join(self.buffer[begin:stop]).strip() for begin, stop in runs]
        if not all(map(str.isspace, outside)) or any(
            not text or text[0].islower() or text[0] in ",.;:)" for text in texts
        ):
            return []
        return runs if any(len(text) >= _STACKED for text in texts) else []

    def _set_apart(self, parts: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
        """The stretches that become lines: each part its own if one stands alone and none goes on a sentence."""
        if not parts:
            return []
        whole = [(parts[0][0], parts[-1][1])]
        if len(parts) < 2 or len(parts) > 8 or not any(char.isdigit() for _, _, text in parts for char in text[:60]):
            return whole
        flows = any(
            text[0] in ",.;)" or (text[0].islower() and text[1:2] not in {")", "."}) for _, _, text in parts[1:]
        )
        if flows:
            return whole
        short = sum(len(text) for _, _, text in parts) < 200
        if short and any(len(text) <= 80 and self.alone(text) for _, _, text in parts):
            return [(begin, stop) for begin, stop, _ in parts]
        if len(parts[0][2]) <= 80 and self.alone(parts[0][2]):
            return [(parts[0][0], parts[0][1]), (parts[1][0], parts[-1][1])]
        return whole

    def _line(self, node: Node, start: int, end: int, parts: tuple[str, ...]) -> None:
        text = _tidy(self.buffer[0] if end == 1 else "".join(self.buffer[start:end]))
        if not text:
            return
        bold = italic = link = 0
        styles = self.styles[start:end]
        if any(styles):
            for piece, style in zip(self.buffer[start:end], styles, strict=True):
                if style and not piece.isspace():
                    size = len(piece)
                    bold += size if style & 1 else 0
                    italic += size if style & 2 else 0
                    link += size if style & 4 else 0
            size = len(text)
            bold, italic, link = min(bold, size), min(italic, size), min(link, size)
        links: tuple[tuple[HtmlElement, str], ...] = ()
        if self.links:
            links = tuple(
                (el, _tidy("".join(self.buffer[begin:stop])))
                for el, begin, stop in self.links[:200]
                if start <= begin < end or start < stop <= end
            )
        index = len(self.lines)
        item = node.item is not None and node.item.start == index
        self.lines.append(
            Line(
                index,
                Kind.TEXT,
                node,
                node.el,
                text,
                link,
                bold,
                italic,
                node.heading,
                item,
                parts if len(parts) > 1 else (),
                links,
                tuple(names for at, names in self.marks[:50] if start <= at < end) if self.marks else (),
            )
        )


def _pieces(buffer: list[str]) -> list[tuple[int, int]]:
    """Cut a block's text at its `<br>`s: two in a row always, one where a sentence or a list line ends.

    A line broken in the middle of a sentence is joined again: editors use `<br>` to place words. Returns the stretches
    of the buffer.
    """
    out: list[tuple[int, int]] = []
    start = 0
    apart = True
    last = ""
    for end in [*(index for index, piece in enumerate(buffer) if piece == "\n"), len(buffer)]:
        text = "".join(buffer[start:end]).strip()
        if not text:
            apart = True
        else:
            if out and not apart and text[0].islower() and text[1:2] not in {")", "."} and last not in ".!?;:…":
                out[-1] = (out[-1][0], end)
            else:
                out.append((start, end))
            apart = False
            last = text[-1]
        start = end + 1
    return out


def _tidy(text: str) -> str:
    """White space collapsed; the decoder has removed what is invisible, character references may still not be NFC."""
    text = " ".join(text.split())
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else clean(text)


def is_icon(el: HtmlElement) -> bool:
    """Whether an image is a spacer, bullet or button by its own attributes."""
    source = (el.get("src") or "").lower()
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
