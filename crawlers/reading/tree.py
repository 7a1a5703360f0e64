"""Decoded text → one lxml tree, within bounds, and the small functions that every reader of a tree needs.

    root = parse(text, url)             one parse; the root is always an <html> element
    css(root, "h2.Title > a")           elements, selectors translated once per process
    text_of(element)                    visible text, white space collapsed, NBSP as a space
    class_id(element)                   "class id" in lower case, to search words in

Text stays exactly as written in the tree (no-break spaces too); comments stay (SharePoint writes field names there).
"""

import re
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlComment, HtmlElement

MAX_DEPTH = 250
"""Nested elements. Plain lxml cuts content silently at 256; real pages stay under 60."""
MAX_ELEMENTS = 100_000
"""Elements of a page: trafilatura is quadratic in siblings (50,000 take seconds)."""
MAX_ATTRIBUTES = 500
"""Attributes of one tag: libxml2 is quadratic in them (200,000 take a minute)."""

_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True)
# lxml.html's own lookup asks Python for the class of every element; one class serves all of ours.
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment))
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")
_TOO_MANY_ATTRIBUTES = etree.XPath(f"boolean(//@*[{MAX_ATTRIBUTES + 1}])")
_OPENING_TAG = re.compile(rb"<[a-zA-Z]")
_RAW_TEXT = re.compile(rb"<(?:!--|(script|style)\b)", re.IGNORECASE)
_RAW_TEXT_ENDS = {name: re.compile(rb"</" + name, re.IGNORECASE) for name in (b"script", b"style")}
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
_SEPARATOR = re.compile(rb"[\s/]+")
_CROWDED = 2 * MAX_ATTRIBUTES
"""Bytes that so many attributes take at least."""

INVISIBLE = frozenset(
    {"script", "style", "noscript", "template", "head", "select", "option", "textarea", "iframe"},
)
"""Tags whose content a reader of the page does not see as text."""
_INLINE = (
    "a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark q ruby rt rp s samp small span "
    "strike strong sub sup time tt u var wbr o:p st1:place"
)
INLINE = frozenset(_INLINE.split())
"""Tags that do not separate words; every other tag's edges count as white space in `text_of`."""


class TooComplex(Exception):  # noqa: N818 - it says what is the matter with the page
    """The page is nested too deep, or has too many elements, or a tag with too many attributes, to be read safely."""


def parse(text: str, url: str) -> HtmlElement:
    """Parse a page or a fragment and return its `<html>` element; `url` becomes the document's address.

    Nothing is dropped: where lxml would cut a page silently, it raises instead. An empty text gives an empty document.

    Raises:
        TooComplex: a bound of this module is passed.
    """
    data = text.encode("utf-8", "replace")
    _check_before(data)
    try:
        root = etree.fromstring(data, _PARSER, base_url=url)
    except etree.XMLSyntaxError:  # nothing but white space or comments
        root = None
    if root is None or root.tag != "html":
        root = etree.fromstring(b"<html><body></body></html>", _PARSER, base_url=url)
    if _TOO_DEEP(root):
        raise TooComplex(f"elements nested deeper than {MAX_DEPTH}")
    if _TOO_MANY_ATTRIBUTES(root):
        raise TooComplex(f"a tag with more than {MAX_ATTRIBUTES} attributes")
    return cast("HtmlElement", root)


def _check_before(page: bytes) -> None:
    """Refuse what would take long or much memory to parse; a fraction of a millisecond on an ordinary page."""
    if (
        page.count(b"<") > MAX_ELEMENTS
        and sum(1 for _ in _OPENING_TAG.finditer(_without_raw_text(page))) > MAX_ELEMENTS
    ):
        raise TooComplex(f"more than {MAX_ELEMENTS} elements")
    # What is looked for has no script before it, so scripts are cut out only when their code looks like such a tag.
    if _has_crowded_tag(page) and _has_crowded_tag(_without_raw_text(page)):
        raise TooComplex(f"a tag with more than {MAX_ATTRIBUTES} attributes")


def _without_raw_text(page: bytes) -> bytes:
    """Return a page without comments and the code of scripts and styles; what is never closed goes on to the end."""
    pieces = []
    position = 0
    while (begin := _RAW_TEXT.search(page, position)) is not None:
        pieces.append(page[position : begin.start()])
        if begin[1]:
            close = _RAW_TEXT_ENDS[begin[1].lower()].search(page, begin.end())
            position = len(page) if close is None else close.end()
        else:
            end = page.find(b"-->", begin.end())
            position = len(page) if end < 0 else end + 3
    pieces.append(page[position:])
    return b"".join(pieces)


def _has_crowded_tag(page: bytes) -> bool:
    """Whether a tag has too many attributes. Such a tag is long: a stretch of the page in which no tag ends."""
    start = 0
    while start + _CROWDED < len(page):
        last = page.rfind(b">", start, start + _CROWDED)
        if last >= 0:
            start = last + 1
            continue
        end = page.find(b">", start + _CROWDED)
        end = len(page) if end < 0 else end + 1
        opening = _OPENING_TAG.search(page, start, end)
        if opening is not None:
            tag = _QUOTED.sub(b"", page[opening.start() : end])
            if len(_SEPARATOR.findall(tag)) > MAX_ATTRIBUTES:
                return True
        start = end
    return False


@lru_cache(maxsize=1024)
def _selector(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def css(element: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the descendants (or the element itself) that match a CSS selector, in document order.

    Raises:
        cssselect.SelectorError: the selector is not CSS.
    """
    return cast("list[HtmlElement]", _selector(selector)(element))


def class_id(element: HtmlElement) -> str:
    """Return the element's class and id, joined by a space, in lower case."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".lower()


def text_of(element: HtmlElement) -> str:
    """Return the visible text: every run of white space (no-break ones too) as one space, edges stripped.

    Block edges and `<br>` separate words; comments, scripts, styles and form choices are left out. The element's tail
    is not part of it. Nothing else is changed: the text's letters are the page's.
    """
    pieces: list[str] = []
    _collect(element, pieces, float("inf"))
    return " ".join("".join(pieces).split())


def text_up_to(element: HtmlElement, length: int) -> str:
    """Return the element's text as `text_of` does, but stop soon after `length` letters.

    It tells short texts from long ones without reading the long ones.
    """
    pieces: list[str] = []
    _collect(element, pieces, length)
    return " ".join("".join(pieces).split())


def _collect(element: HtmlElement, pieces: list[str], room: float) -> float:
    """Append the element's text piece by piece; stop when `room` is used up. Returns the room that is left."""
    if element.text:
        pieces.append(element.text)
        room -= len(element.text.strip())
    for child in element:
        if room < 0:
            break
        tag = child.tag
        if isinstance(tag, str) and tag not in INVISIBLE:
            if tag in INLINE:
                room = _collect(child, pieces, room)
            else:
                pieces.append(" ")
                room = _collect(child, pieces, room)
                pieces.append(" ")
        if child.tail:
            pieces.append(child.tail)
            room -= len(child.tail.strip())
    return room
