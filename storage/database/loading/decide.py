"""What each reading means for the articles: the rules of identity, versions and disappearance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from storage.database.failures import MAX_TRIES, RETRY_AFTER
from storage.database.loading.derived import field_hashes, version_hash, word_count
from storage.database.loading.moves import Moves
from storage.database.loading.outcomes import (
    Effect,
    FetchFailed,
    Held,
    NoPage,
    NotModified,
    ReadResult,
    Rejected,
    Reread,
    SameBytes,
    Whole,
)
from storage.database.loading.published import (
    SAME_TEXT_WORDS,
    changed_fields,
    settled,
    sort_date,
)
from storage.database.loading.state import DUPLICATE, PRIMARY, REDIRECT, Address, KnownArticle
from storage.records import PAGES_MISSING, VIETNAM, Article, Capture, Refusal
from storage.vocabulary import CaptureState, Cause, Change, FetchError, RefusalKind

MISSING = frozenset({404, 410})
"""Statuses that say that there is nothing (any more) at an address."""

_PASSING = frozenset(
    {
        RefusalKind.ERROR,
        RefusalKind.MAINTENANCE,
        RefusalKind.BLOCK,
        RefusalKind.CHALLENGE,
        RefusalKind.LOGIN,
        RefusalKind.EMPTY,
        RefusalKind.UNDECODABLE,
    }
)
"""Refusals that another day may lift: the page is asked for again."""
CLOCKS_APART = timedelta(days=1)
"""How far our clock and a server's may lie apart for a page to be counted as gone after a day."""


def _clocks_agree(capture: Capture) -> bool:
    """Whether our clock and the server's (its Date) agree: else nobody knows how many days passed."""
    try:
        theirs = parsedate_to_datetime(capture.headers["date"])
    except (KeyError, ValueError, TypeError):
        return True
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    return abs(theirs - capture.fetched_at) < CLOCKS_APART


@dataclass(slots=True)
class Decider(Moves):
    """Applies readings, one after the other, to what is known.

    Attributes:
        run_starts: number of the first capture of each run that misses something.
        healthy_seq: number of the last capture that shows the portal's host in order.
        reread: reads an old capture again, to tell better rules from an edit; None if that is not possible.
        archived: gives the archived captures of record ids: of a first page, and of further ones by number.
    """

    run_starts: Mapping[str, int]
    healthy_seq: int
    reread: Reread | None
    archived: Callable[[str, Mapping[int, str]], Whole]

    def apply(self, result: ReadResult, address: Address) -> None:
        """Apply what reading made of a capture of this address."""
        capture = result.capture
        match result.outcome:
            case Article() as article:
                self._article(result, article, address)
            case NotModified():
                self._not_modified(capture, address)
            case SameBytes() as same:
                self._same_bytes(result, same, address)
            case Refusal() as refusal:
                self._refused(capture, refusal, address)
            case Rejected() as rejected:
                self._put_off(capture, address, again=False)
                self.work.end(
                    capture,
                    CaptureState.REJECTED,
                    article_id=address.article_id,
                    reason=rejected.by,
                    detail=rejected.reason,
                )
            case Held() as held:
                self._put_off(capture, address, again=True)
                self.work.end(
                    capture,
                    CaptureState.HELD,
                    article_id=address.article_id,
                    reason=held.reason,
                    detail=held.detail or None,
                )
            case FetchFailed() as failed:
                self._failed(capture, failed, address)
            case NoPage() as none:
                self.work.end(capture, CaptureState.NOTED, article_id=address.article_id, detail=none.reason)

    # --- no article

    def _refused(self, capture: Capture, refusal: Refusal, address: Address) -> None:
        self._put_off(capture, address, again=refusal.kind in _PASSING)
        for source in self.sources(address):
            if source.article_id is None:
                self._put_off(capture, source, again=refusal.kind in _PASSING)
        self.work.end(
            capture,
            CaptureState.REFUSED,
            article_id=address.article_id,
            reason=refusal.kind,
            detail=refusal.reason or None,
        )

    def _put_off(self, capture: Capture, address: Address, *, again: bool) -> None:
        """Ask for the address another day: a known article's always, another one if what it showed may pass."""
        self._count_try(capture, address)
        if address.article_id is not None or again:
            self._ask_another_day(capture, address)
        else:
            address.closed = True

    def _ask_another_day(self, capture: Capture, address: Address) -> None:
        """Ask for the address the next day; a known article that has failed for days, at its usual ages again."""
        if address.article_id is not None and address.tries >= MAX_TRIES:
            article = self.state.articles[address.article_id]
            article.last_visit_at, article.changed = max(article.last_visit_at, capture.fetched_at), True
            address.retry_at = None
        else:
            address.retry_at = capture.fetched_at + RETRY_AFTER

    def _count_try(self, capture: Capture, address: Address) -> None:
        if address.tried_run != capture.run_id:
            address.tries += 1
            address.tried_run = capture.run_id
        address.changed = True

    def _not_modified(self, capture: Capture, address: Address) -> None:
        if address.article_id is None:
            # Without an article there is nothing that could be current: ask without conditions next time.
            address.etag = address.last_modified = None
            self._failed(capture, FetchFailed(FetchError.PROTOCOL, "304 for an address without an article"), address)
            return
        article = self.state.articles[address.article_id]
        self._serves_again(capture, address, article)
        self.seen(capture, address, article, address.content_hash)
        self._follow_redirects(capture, address, article)
        self.work.end(capture, CaptureState.SAME, article_id=article.id, effect=Effect.SAME)

    def _same_bytes(self, result: ReadResult, same: SameBytes, address: Address) -> None:
        """Take the page as known, unless another capture has changed what is shown since the bytes were compared."""
        shown = None if address.article_id is None else self.state.shown[address.article_id]
        if shown is None or shown.reading_id != same.reading_id:
            if self.reread is None:
                raise LookupError(f"{result.capture.record_id}: nothing reads what was not read")
            read = self.reread(self.archived(result.capture.record_id, {} if shown is None else shown.pages))
            self.apply(replace(result, outcome=read.outcome, pages=read.pages), address)
            return
        self._not_modified(result.capture, address)
        if same.view_count is not None and address.article_id is not None:
            self._count_views(result.capture, self.state.articles[address.article_id], same.view_count)

    def _failed(self, capture: Capture, failed: FetchFailed, address: Address) -> None:
        self._count_try(capture, address)
        missing = capture.status in MISSING
        if missing or address.article_id is not None:
            self._ask_another_day(capture, address)
        else:
            address.retry_at = None
        if missing and address.article_id is not None:
            self._missed(capture, address, self.state.articles[address.article_id])
        reason = str(capture.status) if failed.error is FetchError.HTTP else failed.error.value
        self.work.end(
            capture, CaptureState.ERROR, article_id=address.article_id, reason=reason, detail=failed.detail or None
        )

    def _missed(self, capture: Capture, address: Address, article: KnownArticle) -> None:
        """Gone is what is missing on two days, the host having been in order since the first run that missed it."""
        today = capture.fetched_at.astimezone(VIETNAM).date()
        article.last_visit_at, article.changed = max(article.last_visit_at, capture.fetched_at), True
        if address.missed_on is None or today < address.missed_on:  # the clock ran ahead then
            address.missed_on, address.missed_seq = today, self.run_starts[capture.run_id]
            return
        healthy = self.healthy_seq >= (address.missed_seq or 0)
        if address.gone_at is not None:
            address.retry_at = None  # from here on by the ages of visits
        elif today > address.missed_on and healthy and _clocks_agree(capture):
            address.gone_at, address.retry_at = capture.fetched_at, None
            alive = [one for one in self.state.of_article(article.id) if one.alive]
            if not alive and article.gone_at is None:
                article.gone_at = capture.fetched_at
                self.tell(Change.GONE, article, ["gone_at", "addresses"], capture)
            elif alive and article.address_id == address.id:
                self.promote(alive[0], article, capture)
            else:
                self.tell(Change.RELINKED, article, ["addresses"], capture)

    # --- an article

    def _article(self, result: ReadResult, found: Article, address: Address) -> None:
        capture, pages = result.capture, result.pages
        if address.article_id is None:
            article = self._identify(found, address, capture)
            if article is None:
                article = self._create(capture, found, address, pages)
                self.work.end(capture, CaptureState.STORED, article_id=article.id, effect=Effect.NEW)
                effect = None
            else:
                effect = Effect.JOINED
        else:
            article, effect = self.state.articles[address.article_id], Effect.SAME
            self._serves_again(capture, address, article)
        if effect is not None:
            waits = self.waits(result, article)
            if not waits:
                effect, article = self.compare(capture, found, address, article, effect, pages)
            state = CaptureState.SAME if effect is Effect.SAME else CaptureState.STORED
            self.work.end(capture, state, article_id=article.id, effect=effect)
            if waits:
                self.seen(capture, address, article, None)
                address.etag = address.last_modified = None  # what it says now is to be read again
                return
        self.seen(capture, address, article, version_hash(found))
        if article.withdrawn_at is not None:
            article.withdrawn_at, article.back = None, True
            self.tell(Change.RESTORED, article, ["withdrawn_at"], capture)
        self._follow_redirects(capture, address, article)
        if found.view_count is not None:
            self._count_views(capture, article, found.view_count)

    def _count_views(self, capture: Capture, article: KnownArticle, count: int) -> None:
        self.work.view_counts.append(
            {
                "capture_id": capture.record_id,
                "article_id": article.id,
                "observed_at": capture.fetched_at,
                "value": count,
            }
        )

    def _follow_redirects(self, capture: Capture, address: Address, article: KnownArticle) -> None:
        """Make what redirects here another address of the article; an article that moved here whole goes into it."""
        sources = self.sources(address)
        for source in sources:
            if source.article_id is None:
                self.state.give(source, article, REDIRECT)
                source.retry_at, source.tries = None, 0
                self.tell(Change.RELINKED, article, ["addresses"], capture)
            elif source.article_id == article.id:
                if source.role != REDIRECT and self.has_moved(source, address):
                    self.state.give(source, article, REDIRECT)
                    self.tell(Change.RELINKED, article, ["addresses"], capture)
                    if article.address_id == source.id:
                        self.promote(address, article, capture)
            elif self.has_moved(source, address):
                other = self.state.articles[source.article_id]
                title = self.state.shown[article.id].field_hashes["title"]
                left = [one for one in self.state.of_article(other.id) if one.alive and one not in sources]
                if not left and self.state.shown[other.id].field_hashes["title"] == title:
                    self.fold(other, article, capture, REDIRECT)

    def _serves_again(self, capture: Capture, address: Address, article: KnownArticle) -> None:
        """Take note that an address which redirected serves a page of its own again."""
        if address.role == REDIRECT:
            self.state.give(address, article, DUPLICATE)
            self.tell(Change.RELINKED, article, ["addresses"], capture)
            if not any(one.alive and one.role == PRIMARY for one in self.state.of_article(article.id)):
                self.promote(address, article, capture)

    def _identify(self, found: Article, address: Address, capture: Capture) -> KnownArticle | None:
        """Return the known article that a new address is of, having made the address one of its; None if there is none.

        By its text: the same title and full text within the portal. By a redirect: what stood at the old address under
        the same title has moved here. A redirect alone proves nothing: portals send dead addresses to one page.
        """
        digest = version_hash(found)
        article = None
        if word_count(found) >= SAME_TEXT_WORDS:
            article = next(iter(self.state.same_text(digest)), None)
        if article is None:
            title = field_hashes(found)["title"]
            for source in self.sources(address):
                known = None if source.article_id is None else self.state.articles[source.article_id]
                if known is not None and self.state.shown[known.id].field_hashes["title"] == title:
                    article = known
                    break
        if article is None:
            return None
        self.state.give(address, article, DUPLICATE)
        for source in self.sources(address):
            if source.article_id == article.id and source.role != REDIRECT and self.has_moved(source, address):
                self.state.give(source, article, REDIRECT)
        address.gone_at = None
        if not any(one.alive and one.role == PRIMARY for one in self.state.of_article(article.id)):
            self.promote(address, article, capture)
        self.tell(Change.RELINKED, article, ["addresses"], capture)
        return article

    def waits(self, result: ReadResult, article: KnownArticle) -> bool:
        """Whether what was read lacks pages that are still to come, and a whole text is shown: that one stays."""
        return result.waits and not self.state.shown[article.id].incomplete

    def compare(
        self,
        capture: Capture,
        found: Article,
        address: Address,
        article: KnownArticle,
        effect: Effect,
        pages: Mapping[int, str],
    ) -> tuple[Effect, KnownArticle]:
        """Compare with what is shown: the same, another reading, another version, or an article of its own.

        Args:
            capture: of the article's (first) page.
            found: what it reads as, together with its further pages.
            address: where it is served.
            article: what is known under that address.
            effect: what the reading does if nothing has changed.
            pages: record ids of the captures of further pages, by number.
        """
        shown = self.state.shown[article.id]
        found = settled(found, shown, listed=capture.item is not None)
        better = (shown.reader_version, shown.rules, shown.template) != (
            found.reader_version,
            found.rules,
            found.template,
        )
        digest = version_hash(found)
        if (better or shown.incomplete) and digest != article.version_hash:
            self._reread(article, pages)
            shown = self.state.shown[article.id]
        if digest == article.version_hash:
            fields = changed_fields(shown.field_hashes, field_hashes(found))
            completed = shown.incomplete and PAGES_MISSING not in found.flags
            if fields or completed:
                self._show(capture, found, article, pages)
            if fields:
                kind, cause = (Change.REREAD, Cause.REREAD) if better or completed else (Change.UPDATED, Cause.SOURCE)
                self.tell(kind, article, fields, capture, cause=cause)
            return effect, article
        leading_here = self.sources(address)
        others = [
            one
            for one in self.state.of_article(article.id)
            if one.alive and one.id != address.id and one not in leading_here
        ]
        if address.role == DUPLICATE and any(one.role == PRIMARY for one in others):
            own = self._create(capture, found, address, pages, split_from=article.id)
            self.tell(Change.RELINKED, article, ["addresses"], capture, other=own.id)
            return Effect.SPLIT, own
        fields = changed_fields(shown.field_hashes, field_hashes(found))
        article.version_no += 1
        self.state.set_text(article, digest, word_count(found))
        self.work.add_version(article.id, article.version_no, capture, address.id)
        self._show(capture, found, article, pages)
        self.tell(Change.UPDATED, article, fields, capture)
        self.take_back(article, capture)
        return Effect.CHANGED, article

    def _create(
        self,
        capture: Capture,
        found: Article,
        address: Address,
        pages: Mapping[int, str],
        *,
        split_from: int | None = None,
    ) -> KnownArticle:
        first_seen = min(address.first_seen_at, capture.fetched_at)
        day, basis = sort_date(found, first_seen)
        article = KnownArticle(
            id=self.work.new_article_id(),
            portal=capture.portal,
            address_id=address.id,
            version_no=1,
            version_hash=version_hash(found),
            words=word_count(found),
            reading_id=0,
            first_seen_at=first_seen,
            last_seen_at=capture.fetched_at,
            last_visit_at=capture.fetched_at,
            gone_at=None,
            withdrawn_at=None,
            sort_date=day,
            sort_date_basis=basis,
            split_from=split_from,
            merged_into=None,
            new=True,
        )
        self.state.add_article(article)
        self.state.give(address, article, PRIMARY)
        self.work.add_version(article.id, 1, capture, address.id)
        self._show(capture, found, article, pages)
        self.tell(Change.CREATED, article, [], capture, other=split_from)
        return article

    def _show(self, capture: Capture, found: Article, article: KnownArticle, pages: Mapping[int, str]) -> None:
        """Make this reading the one that is shown."""
        url = self.state.addresses[article.address_id].url
        shown = self.work.add_reading(article.id, article.version_no, found, capture, url, pages)
        self.state.shown[article.id] = shown
        article.reading_id, article.changed = shown.reading_id, True
        article.sort_date, article.sort_date_basis = sort_date(found, article.first_seen_at)

    def _reread(self, article: KnownArticle, pages: Mapping[int, str]) -> None:
        """Read what is shown with the present reader, so that better rules do not look like an edit.

        Nor does it when pages come in that were missing: they are read with those that are shown.
        """
        shown = self.state.shown[article.id]
        if self.reread is None:
            return
        whole = self.archived(shown.capture_id, {**pages, **shown.pages} if shown.incomplete else shown.pages)
        read = self.reread(whole)
        if not isinstance(read.outcome, Article):
            return
        capture, again = read.capture, read.outcome
        again = settled(again, shown, listed=capture.item is not None)
        fields = changed_fields(shown.field_hashes, field_hashes(again))
        if fields:
            self.state.set_text(article, version_hash(again), word_count(again))
            self._show(capture, again, article, read.pages)
            self.tell(Change.REREAD, article, fields, capture, cause=Cause.REREAD)
