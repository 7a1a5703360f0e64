"""What a crawl is told and what it reports: the two JSON files between the flow and the crawl process.

Free of Scrapy and of the database, so that either side can be tested alone.
"""

from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from storage.records import ListingItem
from storage.vocabulary import FetchError, Purpose

PROBED = 3
"""Articles of a listing that a probe fetches: enough to see whether they still read as articles."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Target(_Message):
    """An address to fetch besides those that the listings show.

    It was listed before but never fetched, is due for a visit, was asked for by the operator, or is an attachment.
    """

    url: str
    purpose: Purpose = Purpose.ARTICLE
    item: ListingItem | None = None
    listing: str = ""
    parent: str = ""
    etag: str | None = None
    last_modified: str | None = None


class ListingState(_Message):
    """What is known of a listing before the run.

    Attributes:
        key: the listing's key.
        below: address keys below the mark: seen in a reading without a gap.
        open: address keys seen in readings that were cut before they reached the mark, contiguous from a first page.
        open_pages: how many pages such readings have come down so far; 0 if there is none.
    """

    key: str
    below: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    open_pages: int = 0


class Plan(_Message):
    """Everything a crawl needs to know.

    Attributes:
        run_id: the run's id.
        portal: the portal's name.
        archive: folder of the archive; segments go into its subfolder of the portal.
        segment: number of the first segment that this process writes.
        targets: fetched before the listings, in this order.
        listings: state of each listing to read; an absent listing of the portal is not read.
        fetched: address keys that were archived before and are not due: not fetched when listed.
        forgotten: digests of addresses (`storage.addresses.address_digest`) that are never fetched.
        full: read every listing to its end and fetch what is known again, conditionally.
        probe: read the first page of each listing only, and of its articles the first `PROBED`, known ones too.
        since: stop paging below listing rows older than this; None for no bound. Such a stop never moves the mark.
        max_requests, max_seconds, max_bytes: budgets of this process.
    """

    run_id: str
    portal: str
    archive: Path
    segment: int = 1
    targets: tuple[Target, ...] = ()
    listings: tuple[ListingState, ...] = ()
    fetched: frozenset[str] = frozenset()
    forgotten: frozenset[str] = frozenset()
    full: bool = False
    probe: bool = False
    since: datetime | None = None
    max_requests: int
    max_seconds: int
    max_bytes: int


class Stop(StrEnum):
    """Why the reading of a listing ended. Only the first two are without a gap."""

    MARK = "mark"
    END = "end"
    SINCE = "since"
    BUDGET = "budget"
    MAX_PAGES = "max_pages"
    NO_ROWS = "no_rows"
    LOOP = "loop"
    """Every further page is the first one again."""
    ERROR = "error"
    SHUTDOWN = "shutdown"
    ROBOTS = "robots"
    MOVED = "moved"


class ListingReport(_Message):
    """How far a listing was read.

    Attributes:
        key: the listing's key.
        pages: deepest page down to which this listing has now been read without a gap, jumps over open pages counted.
        joined: whether this reading has come down to the rows of `open` (true where there were none). If it was cut
            before that, a gap lies between its rows and those: they are open no longer, its own down to `pages` are.
        rows: rows seen in this run.
        first_rows: rows of the first page.
        new: rows whose address was in neither `below` nor `open`.
        stop: why it ended.
        detail: evidence for people.
    """

    key: str
    pages: int = 0
    joined: bool = False
    rows: int = 0
    first_rows: int = 0
    new: int = 0
    stop: Stop
    detail: str = ""

    @property
    def complete(self) -> bool:
        """Whether all between the first page and the mark (or the end) was read."""
        return self.stop in {Stop.MARK, Stop.END}


class Failure(_Message):
    """An address that gave no response to use, or was never asked."""

    url: str
    purpose: Purpose
    error: FetchError
    detail: str = ""


class CrawlReport(_Message):
    """The result of a crawl process, written at its end; a killed one leaves none.

    Attributes:
        reason: `finished`, `probe` (a probe that came to its end), `shutdown` (asked to stop), `budget`, `disk`,
            `failed`.
        requests: requests sent, by purpose.
        statuses: responses by HTTP status.
        moved_to: where listings redirect outside the portal's scope; "" if none does.
        mapped: entries of the connect-to map that were used.
        peak_memory_mb: largest resident memory of the process.
    """

    run_id: str
    portal: str
    started_at: datetime
    ended_at: datetime
    reason: str
    listings: tuple[ListingReport, ...] = ()
    requests: dict[Purpose, int] = Field(default_factory=dict)
    statuses: dict[int, int] = Field(default_factory=dict)
    bytes: int = 0
    failures: tuple[Failure, ...] = ()
    segments: tuple[str, ...] = ()
    moved_to: str = ""
    mapped: tuple[str, ...] = ()
    peak_memory_mb: float = 0.0
