"""Addresses that are seen, and that pass from one article to another."""

from dataclasses import dataclass

from storage.database.loading.published import SAME_TEXT_WORDS
from storage.database.loading.rows import Work
from storage.database.loading.state import DUPLICATE, PRIMARY, Address, KnownArticle, State
from storage.records import VIETNAM, Capture
from storage.vocabulary import Cause, Change


@dataclass(slots=True)
class Moves:
    """Changes what is known of addresses and articles, and tells the feed.

    Attributes:
        state: what is known; changed as readings are applied.
        work: rows to write; grown.
    """

    state: State
    work: Work

    def seen(self, capture: Capture, address: Address, article: KnownArticle, digest: str | None) -> None:
        """Note that the address served the article."""
        at = capture.fetched_at
        address.last_seen_at = max(address.last_seen_at or at, at)
        address.content_hash = digest
        address.etag = capture.headers.get("etag", address.etag if capture.status == 304 else None)
        address.last_modified = capture.headers.get(
            "last-modified", address.last_modified if capture.status == 304 else None
        )
        was_gone = address.gone_at is not None
        address.missed_on = address.missed_seq = address.gone_at = address.retry_at = address.tried_run = None
        address.tries = 0
        address.changed = article.changed = True
        article.last_seen_at = max(article.last_seen_at, at)
        article.last_visit_at = max(article.last_visit_at, at)
        if article.gone_at is not None:
            article.gone_at = None
            self.tell(Change.RESTORED, article, ["gone_at", "addresses"], capture)
        elif was_gone:
            self.tell(Change.RELINKED, article, ["addresses"], capture)

    def promote(self, address: Address, article: KnownArticle, capture: Capture) -> None:
        """Make the address the one that the article is shown under."""
        if article.address_id == address.id:
            return
        former = self.state.addresses.get(article.address_id)
        if former is not None and former.role == PRIMARY:
            former.role, former.changed = DUPLICATE, True
        address.role, address.changed = PRIMARY, True
        article.address_id, article.changed = address.id, True
        self.tell(Change.RELINKED, article, ["url", "addresses"], capture)

    def fold(self, other: KnownArticle, article: KnownArticle, capture: Capture, role: str) -> None:
        """Give all addresses of `other` to `article`; `other` is shown no more, and names what it went into."""
        for address in self.state.of_article(other.id):
            self.state.give(address, article, address.role if address.role not in {None, PRIMARY} else role)
        other.merged_into, other.changed = article.id, True
        fields = ["addresses"]
        if other.first_seen_at < article.first_seen_at:
            fields.append("first_seen_at")
            article.first_seen_at, article.changed = other.first_seen_at, True
            if article.sort_date_basis == "first_seen_at":
                article.sort_date = other.first_seen_at.astimezone(VIETNAM).date()
        self.tell(Change.RELINKED, article, fields, capture, other=other.id)
        self.tell(Change.RELINKED, other, ["merged_into"], capture, other=article.id)

    def take_back(self, article: KnownArticle, capture: Capture) -> None:
        """Undo a split that was none: of two addresses of one article the second was read first after an edit."""
        if article.words < SAME_TEXT_WORDS:
            return
        for other in self.state.same_text(article.version_hash):
            if other.split_from == article.id:
                self.fold(other, article, capture, DUPLICATE)

    def sources(self, address: Address) -> list[Address]:
        """Return the addresses that redirect to this one, and have served nothing of their own since they did."""
        redirects = sorted(self.state.sources.get(address.id, {}).items())
        found = ((self.state.addresses.get(key), seen.last) for key, seen in redirects)
        return [one for one, at in found if one is not None and (one.last_seen_at is None or one.last_seen_at <= at)]

    def has_moved(self, source: Address, address: Address) -> bool:
        """Whether an address has been seen to redirect to another one on two days: one redirect may be an accident."""
        return self.state.sources[address.id][source.id].lasting

    def tell(
        self,
        kind: Change,
        article: KnownArticle,
        fields: list[str],
        capture: Capture,
        *,
        cause: Cause = Cause.SOURCE,
        other: int | None = None,
    ) -> None:
        """Add a row about the article, as it is now, to the change feed."""
        self.work.tell(
            kind,
            article.portal,
            article.id,
            article.version_no,
            fields=fields,
            cause=cause,
            other=other,
            capture_id=capture.record_id,
        )
