"""The pages of one article → one article.

join_pages(first, {2: …, 3: …}) -> Joined(article, apart)
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from crawlers.reading.echoes import key
from crawlers.reading.sequel import MAX_PAGES
from storage.addresses import address_key
from storage.records import PAGES_MISSING, Article, Attachment, Continuation, Image, Paragraph, Provenance, RelatedLink

Linked = TypeVar("Linked", Image, Attachment, RelatedLink)

_PAGE_OF_TITLE = re.compile(
    r"[\s(\[|:,.–-]*(?:trang|phần|page|part|p\.?)\s*\d{1,2}(?:\s*/\s*\d{1,2})?[\s)\]]*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Joined:
    """An article read from several pages.

    Attributes:
        article: the whole; `continues` are all pages that belong to it, those that are missing too.
        pages: numbers of the pages that it was read from, besides the first.
        apart: by number, why a page is no page of this article.
    """

    article: Article
    pages: tuple[int, ...]
    apart: Mapping[int, str]


def join_pages(first: Article, others: Mapping[int, Article], apart: Mapping[int, str] | None = None) -> Joined:
    """Join the pages of an article, by their numbers.

    Paragraphs stand in the order of pages; what a page repeats of the head (title, lead) and of the page before it is
    there once. What only one page has (a byline at the end) is the article's. A page that has another title, or nothing
    of its own, is no page of it: some portals answer any page number with the same page.

    Args:
        first: the reading of the first page.
        others: the readings of later pages.
        apart: pages that are known to be none of the article's.
    """
    apart = dict(apart or {})
    pages: dict[int, Article] = {1: first}
    texts = list(first.paragraphs)
    known = {number: link for number, link in _linked(first).items() if number not in apart}
    for number in sorted(others):
        if number not in known or number > MAX_PAGES:
            continue
        page = others[number]
        own = _own(page, first, texts)
        if not _same_title(page.title, first.title):
            apart[number] = f"another title: {page.title[:100]}"
        elif not own and not _adds(page, list(pages.values())):
            apart[number] = "nothing that is not on the pages before it"
        else:
            texts = [*texts[: len(texts) - _closing(texts, own)], *own]
            pages[number] = page
            known |= {n: link for n, link in _linked(page).items() if n not in known}
        known = {n: link for n, link in known.items() if n not in apart}
    missing = known.keys() - pages.keys()
    article = _article(list(pages.values()), texts, [known[number] for number in sorted(known)])
    flags = [flag for flag in article.flags if flag != PAGES_MISSING] + [PAGES_MISSING] * bool(missing)
    return Joined(replace(article, flags=tuple(flags)), tuple(number for number in pages if number > 1), apart)


def _linked(page: Article) -> dict[int, Continuation]:
    return {link.page: link for link in page.continues}


def _same_title(title: str, other: str) -> bool:
    return key(_PAGE_OF_TITLE.sub("", title)) == key(_PAGE_OF_TITLE.sub("", other))


def _own(page: Article, first: Article, before: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs that a page adds: its lead is one where it is not the article's, what it repeats is none."""
    own = list(page.paragraphs)
    if page.lead:
        own.insert(0, Paragraph("", page.lead))
    head = {key(first.title), key(first.lead or "")}
    start = 0
    while start < len(own) and key(own[start].text) in head:
        start += 1
    for again in first.paragraphs:  # the whole of the page before, or its beginning
        if start == len(own) or key(own[start].text) != key(again.text):
            break
        start += 1
    overlap = next(
        (
            size
            for size in range(min(len(own) - start, len(before)), 0, -1)
            if _match(before[-size:], own[start : start + size])
        ),
        0,
    )
    return own[start + overlap :]


def _match(some: Sequence[Paragraph], others: Sequence[Paragraph]) -> bool:
    return [one.text for one in some] == [one.text for one in others]


def _closing(before: Sequence[Paragraph], own: Sequence[Paragraph]) -> int:
    """How many paragraphs at the end of the pages so far stand at the end of this page again: its foot."""
    size = 0
    while size < min(len(before), len(own) - 1) and before[-size - 1].text == own[-size - 1].text:
        size += 1
    return size


def _adds(page: Article, pages: Sequence[Article]) -> bool:
    """Whether a page without text of its own shows pictures or files that no other page shows."""
    return not _shown(page) <= {one for other in pages for one in _shown(other)}


def _shown(page: Article) -> set[str]:
    """The pictures and files of a page, by their keys."""
    return {address_key(image.url) for image in page.images} | {address_key(file.url) for file in page.attachments}


def _article(pages: Sequence[Article], texts: Sequence[Paragraph], continues: Sequence[Continuation]) -> Article:
    first = pages[0]
    signed = next((page for page in pages if page.authors or page.byline_raw), first)
    credited = next((page for page in pages if page.source_credit), first)
    dated = next((page for page in pages if page.published_at), first)
    paragraphs = tuple(replace(text, id=f"b{number}") for number, text in enumerate(texts, 1))
    told = dict(first.provenance)
    for page, names in (
        (signed, ("authors", "byline_raw")),
        (credited, ("source_credit",)),
        (dated, ("published_at",)),
    ):
        told |= {name: page.provenance[name] for name in names if name in page.provenance}
    for page in pages[1:]:
        told = {
            **{name: page.provenance[name] for name in ("images", "attachments") if name in page.provenance},
            **told,
        }
    if len(pages) > 1 and "text" in told:
        told["text"] = Provenance(told["text"].method, f"{told['text'].evidence}; {len(pages)} pages joined")
    return replace(
        first,
        paragraphs=paragraphs,
        text="\n".join(text.text for text in paragraphs),
        authors=signed.authors,
        byline_raw=signed.byline_raw,
        byline_kind=signed.byline_kind,
        source_credit=credited.source_credit,
        published_at=dated.published_at,
        published_precision=dated.published_precision,
        published_basis=dated.published_basis,
        published_raw=dated.published_raw,
        published_missing_reason=dated.published_missing_reason,
        images=_images(pages),
        attachments=_once(one for page in pages for one in page.attachments),
        related=_once(one for page in pages for one in page.related),
        provenance=told,
        flags=tuple(dict.fromkeys(flag for page in pages for flag in page.flags)),
        continues=tuple(continues),
    )


def _once(links: Iterable[Linked]) -> tuple[Linked, ...]:
    """The links without those whose address stands before them."""
    found: dict[str, Linked] = {}
    for link in links:
        found.setdefault(address_key(link.url), link)
    return tuple(found.values())


def _images(pages: Sequence[Article]) -> tuple[Image, ...]:
    found = _once(image for page in pages for image in page.images)
    captioned = 0
    images = []
    for image in found:
        captioned += image.caption_id is not None
        images.append(replace(image, caption_id=f"c{captioned}") if image.caption_id else image)
    return tuple(images)
