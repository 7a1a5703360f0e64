"""A second hearing for a page in another language that is refused for its shape alone.

What short lines and headings say is known for Vietnamese portals; abroad, a page with a list of links above its story,
a title that a share box repeats below it, or a form beside it may look like a list, a form or nothing. There
trafilatura is asked: what it reads must be prose, most of the page's prose, and no summaries under headlines that lead
away.
"""

from collections.abc import Sequence
from itertools import islice

from crawlers.reading.language import language_of
from crawlers.reading.locate import in_card, is_good
from crawlers.reading.opinion import careful_reading, lines_of
from crawlers.reading.page import Kind, Line, Page
from storage.vocabulary import RefusalKind

SHAPES = frozenset({RefusalKind.EMPTY, RefusalKind.LISTING, RefusalKind.HOME, RefusalKind.FORM, RefusalKind.DIRECTORY})
"""Kinds that are told by what a page holds, not by what it says of itself."""
_FIRST = 30
"""Paragraphs that tell a page's language."""
_LONG = 80
_LEAST = 350
"""Characters of long paragraphs that trafilatura must read."""
_SHARE = 0.5
"""Of the page's prose, the share that they are at least; lists on portals of this kind reach 0.48."""
_CARDS = 0.5
"""The share of its paragraphs, known as lines of ours, from which a reading is a list of summaries."""


def is_foreign(page: Page) -> bool:
    """Whether a page's prose is in another language than Vietnamese."""
    lines = list(islice((line for line in page.lines if is_good(line)), _FIRST)) or _prose(page)[:_FIRST]
    return language_of("\n".join(line.text for line in lines)) != "vi"


def is_article(page: Page) -> bool:
    """Whether trafilatura finds an article on a page."""
    read = careful_reading(page)
    size = sum(len(text) for text in read if len(text) >= _LONG)
    if size < _LEAST or size < _SHARE * sum(len(line.text) for line in _prose(page)):
        return False
    known = [line for line in lines_of(page, read) if is_good(line)]
    return sum(in_card(page, line, None) for line in known) <= _CARDS * max(len(known), 2)


def _prose(page: Page) -> Sequence[Line]:
    """The unlinked paragraphs of a page, in whatever zone."""
    return [line for line in page.lines if line.kind is Kind.TEXT and len(line.text) >= 50 and not _is_link(line)]


def _is_link(line: Line) -> bool:
    return line.link >= 0.4 * len(line.text)
