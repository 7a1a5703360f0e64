"""The body's paragraphs: trafilatura reads the tree cut to the article, the container's own blocks check it.

trafilatura is at its best on a small tree whose root says `<article>`; it may still lose a short paragraph or merge
two. So each paragraph of the container must be in its text; where one is not, the blocks stand.
"""

import logging
from collections.abc import Sequence
from copy import deepcopy
from itertools import islice

from lxml import etree
from lxml.html import Element, HtmlElement
from trafilatura import bare_extraction
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Extractor
from trafilatura.xpaths import REMOVE_COMMENTS_AND_LISTS_XPATH

from crawlers.reading.page import Kind, Line, Node, Page
from crawlers.reading.tables import markdown
from storage.records import Block, Paragraph, Provenance
from storage.text import clean

_LOGGER = logging.getLogger("trafilatura")
_LOGGER.setLevel(logging.CRITICAL)  # its warnings name no page; what it fails at, the blocks read
_CUT = Extractor(fast=True, comments=False, tables=True, output_format="python", recall=True)
"""For a tree that is cut already: everything in it is wanted, so there is no second try to find more."""
MOST_ELEMENTS = 5000
"""trafilatura is quadratic in siblings (20,000 take two seconds): above this the blocks stand alone."""
QUOTES = frozenset({"blockquote", "q"})
"""Tags of quotations."""


def paragraphs(lines: Sequence[Line]) -> tuple[Paragraph, ...]:
    """Return the body's lines as paragraphs b1, b2 … with their structure."""
    out = []
    for number, line in enumerate(lines, 1):
        block = Block.PARAGRAPH
        if line.kind is Kind.TABLE:
            block = Block.TABLE
        elif line.heading:
            block = Block.HEADING
        elif line.item:
            block = Block.LIST_ITEM
        elif any(node.tag in QUOTES for _, node in zip(range(4), line.node.ancestors(), strict=False)):
            block = Block.QUOTE
        table = markdown(line.el) if block is Block.TABLE else None
        out.append(Paragraph(f"b{number}", line.text, block, line.heading or None, table))
    return tuple(out)


def check(page: Page, lines: Sequence[Line]) -> Provenance:
    """Have trafilatura read the body from the cut tree, and say whether it and the blocks agree."""
    if not lines:
        return Provenance("blocks", "no text")
    tree = _cut_tree(page, lines)
    if is_large(tree):
        return Provenance("blocks", f"more than {MOST_ELEMENTS} elements")
    read = letters(" ".join(_texts(_main(tree, _CUT))))
    lost = at = 0
    for line in lines:
        own = letters(line.text)
        found = read.find(own, at)
        if found < 0:
            lost += 1
        else:
            at = found + len(own)
    if not lost:
        return Provenance("trafilatura", f"{len(lines)} paragraphs, as in the container")
    return Provenance("blocks", f"trafilatura lost or changed {lost} of {len(lines)} paragraphs")


def whole_page(page: Page, options: Extractor, *, cascade: bool) -> tuple[str, ...]:
    """Return trafilatura's own reading of the whole page, paragraph by paragraph; none of a page too large for it.

    With `cascade` its whole way with the other extractors that it compares itself with, else its main extractor alone,
    which takes half of the time. What is the portal's template is left out.
    """
    if is_large(page.root):
        return ()
    learned = letters("".join(line.text for line in page.lines if line.learned))
    tree = deepcopy(page.root)
    texts = _texts(_whole(tree, options) if cascade else _main(tree, options))
    return tuple(text for text in texts if letters(text) not in learned)


def container_alone(node: Node, options: Extractor) -> tuple[str, ...]:
    """Return trafilatura's own reading of one block, paragraph by paragraph; none of a block too large for it.

    The block keeps its class names, by which trafilatura takes things away, and is told to be the `<article>`.
    """
    if is_large(node.el):
        return ()
    root, body, article = Element("html"), Element("body"), Element("article")
    root.append(body)
    body.append(article)
    copy = deepcopy(node.el)
    copy.tail = None
    article.append(copy)
    return tuple(_texts(_main(root, options)))


def is_large(tree: HtmlElement) -> bool:
    """Whether a tree has more elements than libraries that are quadratic in them should be given."""
    return next(islice(tree.iter(), MOST_ELEMENTS, None), None) is not None


def _whole(tree: HtmlElement, options: Extractor) -> etree._Element | None:
    """Trafilatura's whole cascade over a tree that is ours to change."""
    try:
        document = bare_extraction(_without_comments(tree), options=options)
    except Exception:  # noqa: BLE001  # a library's bug on one page costs its second opinion only
        return None
    body: etree._Element | None = getattr(document, "body", None)
    return body


def _main(tree: HtmlElement, options: Extractor) -> etree._Element | None:
    """Trafilatura's main extractor alone, over a tree that is ours to change.

    The cascade around it copies the tree thrice and looks for what a small tree cannot hold: another article, a forum,
    more text elsewhere.
    """
    tree = _without_comments(tree)
    try:
        tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
        body, _ = extract_content(convert_tags(tree_cleaning(tree, options), options), options)
    except Exception:  # noqa: BLE001  # as above
        return None
    found: etree._Element = body
    return found


def _without_comments(tree: HtmlElement) -> HtmlElement:
    """A tree of ours without comments, after which trafilatura loses the text."""
    etree.strip_elements(tree, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    return tree


def _texts(body: etree._Element | None) -> list[str]:
    if body is None:
        return []
    found = []
    for el in body:
        leaves = list(el) if el.tag in {"list", "table"} else [el]
        found += [text for leaf in leaves if (text := clean(" ".join(map(str, leaf.itertext()))))]
    return found


def letters(text: str) -> str:
    """Return the text without white space, which two readings may set differently."""
    return "".join(text.split())


def _cut_tree(page: Page, lines: Sequence[Line]) -> HtmlElement:
    """A new document whose `<article>` holds copies of the largest blocks that hold nothing but lines of the body."""
    keep = {line.index for line in lines}
    sums = [0]
    for line in page.lines:
        sums.append(sums[-1] + (line.index not in keep and line.kind in {Kind.TEXT, Kind.TABLE}))
    root, body, article = Element("html"), Element("body"), Element("article")
    root.append(body)
    body.append(article)
    reached = -1
    for line in lines:
        if line.index < reached:
            continue
        node = line.node
        while (
            node.parent is not None
            and node.parent.tag not in {"body", "html"}
            and sums[node.parent.end] == sums[node.parent.start]
        ):
            node = node.parent
        reached = node.end
        copy = deepcopy(node.el)
        copy.tail = None
        article.append(copy)
    etree.strip_attributes(root, "class", "id")  # the cut is made: no class name shall take anything away from it
    return root
