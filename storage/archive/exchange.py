"""What goes into the archive, and what can be wrong with what lies in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.records import ListingItem
from storage.vocabulary import FetchError, Purpose


class ArchiveError(Exception):
    """Something is wrong with the archive itself; the message names the file. `means` is what it is to who reads."""

    means = FetchError.ARCHIVE


class SegmentDamaged(ArchiveError):  # noqa: N818  # says what it is, as the vocabulary does
    """A sealed segment holds bytes that are no record."""


class BodyError(ArchiveError):
    """An archived body does not decode; another fetch may bring a good one."""


class BodyCut(BodyError):  # noqa: N818  # says what it is, as the vocabulary does
    """The body is cut, damaged, or in a coding that cannot be undone."""

    means = FetchError.CUT


class BodyTooLarge(BodyError):  # noqa: N818  # says what it is, as the vocabulary does
    """The body is, or decodes to, more than is allowed: a decompression bomb, or no page."""

    means = FetchError.TOO_LARGE


class BodyLate(BodyError):  # noqa: N818  # says what it is, as the vocabulary does
    """The body had not ended when the time for it was over."""

    means = FetchError.TIMEOUT


@dataclass(frozen=True, slots=True)
class Posted:
    """A request with a body: its headers as sent, as latin-1 text, without those that may hold a secret."""

    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """A response to archive, and why it was asked for.

    Attributes:
        run_id: the run that fetched it.
        portal: the portal's name.
        purpose: robots, listing, article or attachment.
        url: the address asked for, in the spelling sent.
        fetched_at: when the response ended; aware.
        status: the HTTP status.
        reason: the HTTP reason phrase.
        headers: response headers as received, as latin-1 text.
        body: the body as received, its content coding untouched (its transfer coding is undone by every HTTP client).
        listing: key of the listing it is a page of, or that led to it; "" for others.
        page: the listing page's number from 1; 0 for others.
        item: the listing row that led to an article.
        parent: address of the page that led here; of a posted listing page, the page that its rows become a part of;
            "" for starts.
        truncated: why less than the whole body was received (a WARC-Truncated reason: `length`, `time`,
            `disconnect`, `unspecified`); None for a whole body.
        posted: the request, where its address alone does not tell it.
    """

    run_id: str
    portal: str
    purpose: Purpose
    url: str
    fetched_at: datetime
    status: int
    reason: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    listing: str = ""
    page: int = 0
    item: ListingItem | None = None
    parent: str = ""
    truncated: str | None = None
    posted: Posted | None = None
