"""What is asked of a run, and what a run gives back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.vocabulary import VERDICTS, RefusalKind, Verdict, VerdictFacts


class Mode(StrEnum):
    """How much of a portal a run reads."""

    INCREMENTAL = "incremental"
    """What is new since the mark of each listing, and known articles that are due for a visit."""
    FULL = "full"
    """Every listing to its end, and everything known again."""
    PROBE = "probe"
    """Whether the portal is there and reads as it should: the first page of each listing and a few articles."""
    CHOSEN = "chosen"
    """The addresses that the operator names, and no listing."""


MODE_LABELS: dict[Mode, str] = {
    Mode.INCREMENTAL: "phần mới",
    Mode.FULL: "đọc lại tất cả",
    Mode.PROBE: "dò thử",
    Mode.CHOSEN: "địa chỉ nêu tên",
}


def mode_label(mode: Mode) -> str:
    """Return a mode in Vietnamese with its code in brackets."""
    return f"{MODE_LABELS[mode]} [{mode.value}]"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a run.

    Attributes:
        portal: the portal's name.
        mode: see there.
        since: stop paging at listing rows older than this; None for no bound.
        limit: requests that the run may send at most; None for the portal's own budget.
        urls: with mode `chosen`: addresses to fetch, known or not.
        refused_by: with mode `chosen`: the run whose refused pages are fetched again.
    """

    portal: str
    mode: Mode = Mode.INCREMENTAL
    since: datetime | None = None
    limit: int | None = None
    urls: tuple[str, ...] = ()
    refused_by: str | None = None


@dataclass(slots=True)
class Counts:
    """What a run did to the pages it read; grows batch by batch.

    Attributes:
        indexed: responses found in the archive and entered into the database.
        read: article pages that went through the reader.
        articles: those that read as an article.
        new, changed, same: articles first seen, with a new version, as known (a 304 too).
        joined: further addresses of known articles.
        split: addresses that became articles of their own.
        gone, restored: articles that vanished from their portal, or came back.
        refused: pages that are no article, by kind.
        held: articles kept back for a person.
        rejected: pages that a person has said stay out.
        errors: article responses with nothing to read (HTTP error, cut body).
        quarantined: records that could not be stored.
        filled: articles read that have a value, by field of the portal's `Expect.fill`.
        batches: transactions.
    """

    indexed: int = 0
    read: int = 0
    articles: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    joined: int = 0
    split: int = 0
    gone: int = 0
    restored: int = 0
    refused: dict[RefusalKind, int] = field(default_factory=dict)
    held: int = 0
    rejected: int = 0
    errors: int = 0
    quarantined: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    batches: int = 0

    @property
    def refusals(self) -> int:
        """Refused pages of all kinds."""
        return sum(self.refused.values())


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a run: why, in Vietnamese for people, and the numbers it rests on."""

    verdict: Verdict
    reason: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def facts(self) -> VerdictFacts:
        """What the verdict means to the operator, to Prefect and to a shell."""
        return VERDICTS[self.verdict]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a portal's run. `run_id` is "" where none was begun (skipped, no database).

    `rows` are the listing rows seen, `requests` all requests sent.
    """

    portal: str
    run_id: str
    judgement: Judgement
    counts: Counts
    rows: int = 0
    requests: int = 0
    seconds: float = 0.0
