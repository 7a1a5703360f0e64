"""The inline text of a block under way, and how it becomes lines: at `<br>`s, and where style sets pieces apart."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import pairwise

from lxml.html import HtmlElement

from crawlers.reading.page import Kind, Line, Node
from crawlers.reading.tags import BLOCK, CODES
from storage.text import clean

BOLD, ITALIC, LINKED = 1, 2, 4
"""How a piece of text is set, as bits."""
_HOUR = re.compile(r"\d{1,2}\s?[:hg]\s?\d{2}(?::\d{2})?'?")
_DIGIT = re.compile(r"\d")
_STACKED = 40
"""Of inline pieces set one under the other, one is at least this long: a title or a lead, no row of buttons."""


class InlineText:
    r"""Pieces of text since the last block edge, how each is set, and where links, tags and names begin among them.

    Attributes:
        lines: the page's lines so far.
        buffer: the pieces; a `<br>` is "\n", and no other piece holds one. A blank piece never comes first.
        styles: bits of each piece.
        links: (element, first piece, piece after the last).
        cuts: pieces at which an inline element that portals set apart by style begins or ends.
        marks: (piece, class and id of the inline element that begins there).
        runs: (first piece, piece after the last) of outermost inline elements with a class.
    """

    def __init__(self, alone: Callable[[str], bool]) -> None:
        """Begin a page; `alone` tells whether a short text stands alone (a date, a counter)."""
        self.lines: list[Line] = []
        self.alone = alone
        self.buffer: list[str] = []
        self.styles: list[int] = []
        self.links: list[tuple[HtmlElement, int, int]] = []
        self.cuts: list[int] = []
        self.marks: list[tuple[int, str]] = []
        self.runs: list[tuple[int, int]] = []

    def flush(self, node: Node) -> None:
        """Make lines of what is in the buffer and empty it."""
        buffer = self.buffer
        end = len(buffer)
        while end > 1 and buffer[end - 1].isspace():
            end -= 1
        if end == 1:
            self._single(node)
        elif "\n" in buffer:
            for start, stop in _pieces(buffer):
                self._emit(node, start, stop)
        else:
            self._emit(node, 0, len(buffer))
        buffer.clear()
        self.styles.clear()
        self.cuts.clear()
        if self.links:
            self.links.clear()
        if self.marks:
            self.marks.clear()
        if self.runs:
            self.runs.clear()

    def _single(self, node: Node) -> None:
        """Make a line of the first piece alone, as `_line` would: so most lines of a page are made."""
        text = tidy(self.buffer[0])
        if not text:
            return
        style = self.styles[0]
        size = len(text)
        index = len(self.lines)
        item = node.item
        self.lines.append(
            Line(
                index,
                Kind.TEXT,
                node,
                node.el,
                text,
                size if style & LINKED else 0,
                size if style & BOLD else 0,
                size if style & ITALIC else 0,
                node.heading,
                item is not None and item.start == index,
                (),
                tuple(
                    [
                        (el, text if begin == 0 and stop else "")
                        for el, begin, stop in self.links[:200]
                        if not begin or stop == 1
                    ]
                )
                if self.links
                else (),
                tuple([names for at, names in self.marks[:50] if not at]) if self.marks else (),
            )
        )

    def _emit(self, node: Node, start: int, end: int) -> None:
        """Make a line of a stretch of the buffer, or several where pieces of it stand alone."""
        if len(self.runs) > 1 and (runs := self._stacked(node, start, end)):
            for begin, stop in runs:
                self._line(node, begin, stop, ())
            return
        cuts = self.cuts[bisect_right(self.cuts, start) : bisect_left(self.cuts, end)]  # they are in order
        edges = [start, *dict.fromkeys(cuts), end]
        if len(edges) > 2 and end - start < 40:
            parts = [
                (begin, stop, text)
                for begin, stop in pairwise(edges)
                if (text := tidy("".join(self.buffer[begin:stop])))
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
        first = bisect_left(self.runs, (start, 0))
        runs = [run for run in self.runs[first : bisect_left(self.runs, (end, 0))] if run[1] <= end]
        if len(runs) < 2 or not any(CODES.get(child.tag, BLOCK) == BLOCK for child in node.el):
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
        if len(parts) < 2 or len(parts) > 8 or not any(_DIGIT.search(text, 0, 60) for _, _, text in parts):
            return whole
        flows = any(
            text[0] in ",.;)" or (text[0].islower() and text[1:2] not in {")", "."}) for _, _, text in parts[1:]
        )
        if flows:
            return whole
        short = sum(len(text) for _, _, text in parts) < 200
        if short and any(len(text) <= 80 and self.alone(text) for _, _, text in parts):
            return self._joined(parts)
        if len(parts[0][2]) <= 80 and self.alone(parts[0][2]):
            return [(parts[0][0], parts[0][1]), (parts[1][0], parts[-1][1])]
        return whole

    def _joined(self, parts: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
        """The parts, an hour and the day beside it as one."""
        out: list[tuple[int, int, str]] = []
        for begin, stop, text in parts:
            both = f"{out[-1][2]} {text}" if out else ""
            if out and (_HOUR.fullmatch(text) or _HOUR.fullmatch(out[-1][2])) and self.alone(both):
                out[-1] = (out[-1][0], stop, both)
            else:
                out.append((begin, stop, text))
        return [(begin, stop) for begin, stop, _ in out]

    def _line(self, node: Node, start: int, end: int, parts: tuple[str, ...]) -> None:
        text = tidy(self.buffer[0] if end == 1 else "".join(self.buffer[start:end]))
        if not text:
            return
        bold = italic = link = 0
        styles = self.styles[start:end]
        if any(styles):
            for piece, style in zip(self.buffer[start:end], styles, strict=True):
                if style and not piece.isspace():
                    size = len(piece)
                    bold += size if style & BOLD else 0
                    italic += size if style & ITALIC else 0
                    link += size if style & LINKED else 0
            size = len(text)
            bold, italic, link = min(bold, size), min(italic, size), min(link, size)
        links: tuple[tuple[HtmlElement, str], ...] = ()
        if self.links:
            links = tuple(
                (el, tidy("".join(self.buffer[begin:stop])))
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


def tidy(text: str) -> str:
    """White space collapsed; the decoder has removed what is invisible, character references may still not be NFC."""
    text = " ".join(text.split())
    return text if text.isascii() or unicodedata.is_normalized("NFC", text) else clean(text)
