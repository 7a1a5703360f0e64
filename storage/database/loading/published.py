"""The published fields of an article: which have changed, and what a later reading must not lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from storage.records import PAGES_MISSING, VIETNAM, Article, DateBasis, MissingDate, Precision

SAME_TEXT_WORDS = 50
"""Least words of a full text by which two addresses of a portal are one article; shorter ones recur by chance."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is compared of the reading that is shown now; `pages` are the captures of further pages, by number."""

    reading_id: int
    capture_id: str
    reader_version: str
    rules: str
    version_hash: str
    field_hashes: Mapping[str, str]
    published_at: datetime | None
    published_precision: str | None
    published_basis: str | None
    published_raw: str | None
    published_missing_reason: str | None
    inferred_from: date | None
    inferred_to: date | None
    inferred_basis: str | None
    template: str | None
    flags: Sequence[str]
    pages: Mapping[int, str]

    @property
    def incomplete(self) -> bool:
        """Whether the article goes on over pages that it was not read from."""
        return PAGES_MISSING in self.flags


def changed_fields(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the names of the fields whose digests differ, in the order of the view."""
    return [name for name in new if old.get(name) != new[name]]


def settled(article: Article, shown: Shown, *, listed: bool) -> Article:
    """Return the article with what an earlier reading knew better.

    A date that the listing printed holds although this capture came without a listing row. A bounded inference that is
    within the new one holds: bounds taken from the time of fetching widen with every visit.

    Args:
        article: the new reading.
        shown: the reading that is shown now.
        listed: whether the capture came with a listing row.
    """
    if not listed and article.published_at is None and shown.published_basis == DateBasis.LISTING:
        article = replace(
            article,
            published_at=shown.published_at,
            published_precision=Precision(shown.published_precision) if shown.published_precision else None,
            published_basis=DateBasis.LISTING,
            published_raw=shown.published_raw,
            published_missing_reason=None,
        )
    if _within(shown, article):
        article = replace(
            article,
            inferred_from=shown.inferred_from,
            inferred_to=shown.inferred_to,
            inferred_basis=shown.inferred_basis,
        )
    return article


def _within(shown: Shown, article: Article) -> bool:
    if shown.inferred_from is None and shown.inferred_to is None:
        return False
    if article.published_at is not None or article.published_missing_reason is MissingDate.STANDING_PAGE:
        return False
    low = article.inferred_from is None or (
        shown.inferred_from is not None and shown.inferred_from >= article.inferred_from
    )
    high = article.inferred_to is None or (shown.inferred_to is not None and shown.inferred_to <= article.inferred_to)
    return low and high


def sort_date(article: Article, first_seen: datetime) -> tuple[date, str]:
    """Return the day that an article is sorted by and where it is from."""
    if article.published_at is not None:
        return article.published_at.astimezone(VIETNAM).date(), "published_at"
    if article.inferred_from is not None:
        return article.inferred_from, "inferred_from"
    if article.event_date is not None:
        return article.event_date, "event_date"
    return first_seen.astimezone(VIETNAM).date(), "first_seen_at"
