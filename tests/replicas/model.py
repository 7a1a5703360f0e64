"""What the replicas are made of: articles in blocks, their truth, requests and responses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Special(StrEnum):
    """What is special about an article; `PLAIN` for nothing."""

    PLAIN = "plain"
    SEED = "seed"
    NO_DATE = "no_date"
    LISTING_DATE = "listing_date"
    TABLE = "table"
    ATTACHMENT_PDF = "attachment_pdf"
    ATTACHMENT_DOCX = "attachment_docx"
    IMAGE_ONLY = "image_only"
    VIDEO = "video"
    TWO_LINES = "two_lines"
    SERIAL = "serial"
    REPRINT = "reprint"
    EDITED = "edited"
    REMOVED = "removed"
    MOVED = "moved"
    TWO_ADDRESSES = "two_addresses"
    LATE = "late"
    OWN_VIEWS = "own_views"
    OWN_STATISTICS = "own_statistics"
    OWN_LOGIN = "own_login"


class BlockKind(StrEnum):
    """What a piece of an article's body is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEMS = "items"
    QUOTE = "quote"
    TABLE = "table"
    PICTURE = "picture"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image: file name, alt, caption (its lines, as printed below one another) and credit line."""

    name: str
    alt: str
    caption: tuple[str, ...] = ()
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body: text, or items, or rows of cells, or a picture."""

    kind: BlockKind
    text: str = ""
    items: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach: path on the portal's host, name as linked, and what `files.make` needs to make its bytes."""

    path: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Content:
    """What an article says on a given day, apart from where it stands."""

    title: str
    lead: str
    blocks: tuple[Block, ...]
    byline: str = ""
    authors: tuple[str, ...] = ()
    credit: str = ""
    files: tuple[File, ...] = ()

    @property
    def paragraphs(self) -> list[str]:
        """Body paragraphs that must be in the text, in order; no table, caption, byline or credit."""
        lines: list[str] = []
        for block in self.blocks:
            if block.kind in {BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.QUOTE}:
                lines.append(block.text)
            elif block.kind is BlockKind.ITEMS:
                lines.extend(block.items)
        return lines

    @property
    def cells(self) -> list[str]:
        """Cells of the tables, in order."""
        return [cell for block in self.blocks for row in block.rows for cell in row]

    @property
    def pictures(self) -> list[Picture]:
        """The pictures, in order."""
        return [block.picture for block in self.blocks if block.picture is not None]


@dataclass(frozen=True, slots=True)
class Stub:
    """The cheap part of an article: everything but its text, which is made when a page needs it.

    `index` counts from the newest of day 1 downwards; articles of later days have negative ones. `date_on` is where
    its date may be printed. `appears` is the first day it is listed; `ident` is the number in its address.
    """

    index: int
    ident: int
    special: Special
    published: datetime
    appears: int = 1
    second_ident: int = 0
    series: int = 0
    twin: str = ""
    views: int = 0


@dataclass(frozen=True, slots=True)
class TrueImage:
    """An image of an article; `caption` is the whole line as printed, joined by a space, without its credit."""

    url: str
    caption: str
    credit: str


@dataclass(frozen=True, slots=True)
class TrueFile:
    """An attachment of an article."""

    url: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What a perfect reader makes of an article, as it stands on the replica's present day.

    Attributes:
        url: the address that listings show (of two, the first).
        addresses: every address it has had.
        special: what is special about it.
        kind: `article`.
        title, lead, paragraphs, text: as printed; the lead is no paragraph. Lines are in NFC with single spaces.
        cells: table cells: they may or may not be in a reader's text.
        authors, byline_raw, source_credit: as printed below the text, "" or () if not.
        section: the section as printed on the page; `section_accept` further names that the page bears out, None
            among them where the page prints none but its listing has one.
        published_at: ISO time at +07:00, or None where neither page nor listing prints a date.
        published_on: `page`, `listing` or `none`: where the best date is printed.
        published_precision: `minute`, `day`, or "".
        images, attachments, related: in page order; related are titles of links below the article.
        views: count that the first fetch shows or exceeds; None where the page shows none.
        appears, gone, moved: first day in the listing; whether it answers 404 by now; whether it redirects by now.
        seed: file name of the seed text, or "".
        pages: how many pages it is split over.
    """

    url: str
    addresses: tuple[str, ...]
    special: Special
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    cells: tuple[str, ...]
    authors: tuple[str, ...]
    byline_raw: str
    source_credit: str
    section: str | None
    section_accept: tuple[str | None, ...]
    published_at: str | None
    published_on: str
    published_precision: str
    images: tuple[TrueImage, ...]
    attachments: tuple[TrueFile, ...]
    related: tuple[str, ...]
    views: int | None
    appears: int
    gone: bool
    moved: bool
    seed: str = ""
    kind: str = "article"
    pages: int = 1

    @property
    def text(self) -> str:
        """Body paragraphs joined by a line feed."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came: path and query are raw, undecoded."""

    scheme: str
    host: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def target(self) -> str:
        """Path and query as sent."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Response:
    """A response to send."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def html(cls, text: str, status: int = 200, **headers: str) -> "Response":
        """An HTML page; a keyword `x_y` becomes the header `X-Y`."""
        named = {"-".join(word.capitalize() for word in name.split("_")): value for name, value in headers.items()}
        return cls(status, text.encode(), {"Content-Type": "text/html; charset=utf-8", **named})

    @classmethod
    def redirect(cls, target: str, status: int = 301) -> "Response":
        """A redirect."""
        page = f'<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="{target}">here</a>.</h2></body></html>'
        return cls(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", "Location": target})
