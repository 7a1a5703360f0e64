"""The types that rooms hand to each other: listing rows, articles, refusals, archived responses.

Plain frozen dataclasses: free of SQLAlchemy, Scrapy and Prefect. Texts are NFC; times are aware, in Asia/Ho_Chi_Minh
(+07:00, no daylight saving).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from storage.vocabulary import Purpose, RefusalKind

VIETNAM = timezone(timedelta(hours=7), "+07:00")


class Kind(StrEnum):
    """What an article is: dated news, or a standing page stored without a date."""

    ARTICLE = "article"
    PAGE = "page"


class Precision(StrEnum):
    """How exactly a printed date is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class DateBasis(StrEnum):
    """Where a publication date was read."""

    PAGE = "page_visible"
    META = "meta"
    JSONLD = "jsonld"
    LISTING = "listing"


class MissingDate(StrEnum):
    """Why an article has no publication date."""

    NOT_PRINTED = "not_printed"
    CLOCK_ONLY = "clock_only"
    AMBIGUOUS = "ambiguous"
    IMPLAUSIBLE = "implausible"
    STANDING_PAGE = "standing_page"


class BylineKind(StrEnum):
    """What the byline names."""

    PERSON = "person"
    OFFICE = "office"
    ROLE = "role"


class Block(StrEnum):
    """What a body paragraph is in the page's structure."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE = "table"


PAGES_MISSING = "pages_missing"
"""Flag of an article that goes on over pages which are not in what was read."""


@dataclass(frozen=True, slots=True)
class ListingItem:
    """One row of a listing page, as printed.

    Attributes:
        url: absolute address of the article, in the very spelling found (it is sent so).
        title: the row's title, or "".
        published_raw: the row's date text, or "".
        lead: the row's summary, or "" (may be cut by the portal).
    """

    url: str
    title: str = ""
    published_raw: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A body paragraph: its id (b1, b2 …), what it is, its text; `level` of a heading; `markdown` of a table."""

    id: str
    text: str
    block: Block = Block.PARAGRAPH
    level: int | None = None
    markdown: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image of the article, in page order. `caption_id` is c1, c2 … where there is a caption."""

    url: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    caption_id: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that the article links to: absolute address, name as shown, media type guessed from the name."""

    url: str
    name: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A link to another article, with the date printed beside it as found."""

    url: str
    title: str
    published_raw: str = ""


@dataclass(frozen=True, slots=True)
class Continuation:
    """A page on which an article goes on: its number (the first page is 1) and its absolute address, as found."""

    page: int
    url: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a field was read: the step of the cascade and the evidence (a selector, a label, the raw text)."""

    method: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """What `read_page` makes of an article's bytes. Field names are those of the `v1_articles` view.

    `text` is the body's paragraphs joined by a line feed; captions, credits and bylines are not in it.
    `published_at` is only what the page or the listing row prints; a bounded inference stands apart in
    `inferred_from` and `inferred_to`. `provenance` has one entry for every field that has a value.
    `continues` are the later pages of an article that is split over several; `first_page` is the address of its first
    page where this is the reading of a later one.
    `template` is the version of the learned template whose blocks the page has, None where it has none.
    """

    url: str
    kind: Kind
    title: str
    lead: str | None
    paragraphs: tuple[Paragraph, ...]
    text: str
    section: str | None = None
    authors: tuple[str, ...] = ()
    byline_raw: str | None = None
    byline_kind: BylineKind | None = None
    source_credit: str | None = None
    published_at: datetime | None = None
    published_precision: Precision | None = None
    published_basis: DateBasis | None = None
    published_raw: str | None = None
    published_missing_reason: MissingDate | None = None
    inferred_from: date | None = None
    inferred_to: date | None = None
    inferred_basis: str | None = None
    event_date: date | None = None
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    related: tuple[RelatedLink, ...] = ()
    view_count: int | None = None
    language: str | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    reader_version: str = ""
    rules: str = ""
    continues: tuple[Continuation, ...] = ()
    first_page: str | None = None
    template: str | None = None

    @property
    def full_text(self) -> str:
        """Lead and body: what is hashed and scored."""
        return f"{self.lead}\n{self.text}" if self.lead else self.text


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page is no article: the kind (closed list) and the evidence, for people to read."""

    url: str
    kind: RefusalKind
    reason: str
    reader_version: str = ""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record lies: segment file name and the byte range of its response and metadata members."""

    segment: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Capture:
    """An archived response: what was asked, why, and what came back.

    Attributes:
        record_id: the WARC-Record-ID of the response (`urn:uuid:…`), its identity for ever.
        run_id: the run that fetched it.
        portal: the portal's name.
        purpose: robots, listing, article or attachment.
        url: the address asked for, in the spelling sent.
        fetched_at: when the response ended.
        status: the HTTP status.
        headers: response headers, lower-case names, repeated ones joined by ", ".
        payload_sha256: of the decoded body (transfer and content coding removed); of the coded one where
            decoding fails.
        payload_size: bytes of the same.
        listing: key of the listing it is a page of, or that led to it; "" for others.
        page: the listing page's number from 1; 0 for others.
        item: the listing row that led to an article.
        parent: address of the page that led here; of a posted listing page, the page that its rows become a part of;
            "" for starts.
    """

    record_id: str
    run_id: str
    portal: str
    purpose: Purpose
    url: str
    fetched_at: datetime
    status: int
    headers: Mapping[str, str]
    payload_sha256: str
    payload_size: int
    listing: str = ""
    page: int = 0
    item: ListingItem | None = None
    parent: str = ""
