"""What reading made of a capture, and what loading made of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from storage.records import Article, Capture, Location, Refusal
from storage.vocabulary import FetchError


@dataclass(frozen=True, slots=True)
class NotModified:
    """The portal says that what we have is current (304)."""


@dataclass(frozen=True, slots=True)
class SameBytes:
    """The response is, byte for byte, the one that reading `reading_id` is of, and would be read the same way.

    It was not read again. `view_count` is what its counter shows, if it has one.
    """

    reading_id: int
    view_count: int | None = None


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The response holds nothing to read: an HTTP error, a body that is cut or does not decode."""

    error: FetchError
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """An article that a gate keeps back for a person; nothing of it is published."""

    article: Article
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class NoPage:
    """What was fetched as a further page of an article is none: another title, or nothing that is not on the others."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that a person has said stays out: who, and why."""

    by: str
    reason: str


Outcome = Article | Refusal | NotModified | SameBytes | FetchFailed | Held | NoPage | Rejected

Located = tuple[Capture, Location]
"""A capture and where it lies."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The captures that one article is read from.

    Attributes:
        first: of its first page.
        pages: of its further pages, by number.
        apart: numbers that lead to what is no page of it, and why.
        asked: number of the page that is to be read; the others are its company.
        had: of pages that were fetched again, the captures before: they stand where a new one is no page.
        given_up: numbers of pages that are not waited for any more.
    """

    first: Located
    pages: Mapping[int, Located]
    apart: Mapping[int, str]
    asked: int = 1
    had: Mapping[int, Located] = field(default_factory=dict)
    given_up: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A capture, where it lies, and what reading made of it.

    Attributes:
        first: capture of the first page, where `capture` is that of a further page of an article.
        pages: record ids of the further pages that the article was read from, by number.
        apart: numbers of what turned out to be no page of the article, and why.
        waits: whether pages of the article are still to come: it does not take the place of a whole text.
    """

    capture: Capture
    location: Location
    outcome: Outcome
    first: Capture | None = None
    pages: Mapping[int, str] = field(default_factory=dict)
    apart: Mapping[int, str] = field(default_factory=dict)
    waits: bool = False


Reread = Callable[[Whole], ReadResult]
"""Reads archived captures of an article again with the present reader and rules."""


class Effect(StrEnum):
    """What an article, once loaded, changed."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    JOINED = "joined"
    """Another address of a known article."""
    SPLIT = "split"
    """A second address that reads differently now: an article of its own."""


@dataclass(slots=True)
class LoadCounts:
    """What a batch did, capture by capture: each is counted once.

    Attributes:
        new: articles first seen.
        changed: articles with a new version.
        same: articles as known, and 304s.
        joined: further addresses of known articles.
        split: addresses that became articles of their own.
        refused: pages that are no article.
        held: articles kept back for a person.
        rejected: pages that a person has said stay out.
        errors: responses with nothing to read.
        quarantined: records that could not be stored.
        gone, restored: articles that vanished, or came back.
        articles: ids of the articles that the captures belong to.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    joined: int = 0
    split: int = 0
    refused: int = 0
    held: int = 0
    rejected: int = 0
    errors: int = 0
    quarantined: int = 0
    gone: int = 0
    restored: int = 0
    articles: set[int] = field(default_factory=set)
