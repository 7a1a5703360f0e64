"""What reading a further page means: its article is made whole, or changed; it is never an article of its own."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from storage.database.keys import address_id
from storage.database.loading.decide import Decider
from storage.database.loading.outcomes import Effect, FetchFailed, Held, NoPage, ReadResult
from storage.database.loading.published import SAME_TEXT_WORDS
from storage.database.loading.state import DUPLICATE, PAGE, Address, KnownArticle
from storage.records import Article, Capture, Refusal
from storage.vocabulary import CaptureState, Change, Purpose


@dataclass(slots=True)
class PageDecider(Decider):
    """Decides on pages of articles, and leaves the rest to its base.

    Attributes:
        apart: ids of addresses that an article names as its further pages, and that are none.
        pages: captures of further pages, by record id.
    """

    apart: Collection[str]
    pages: dict[str, Capture]

    def apply_at(self, result: ReadResult, key: str) -> None:
        """Apply what reading made of a capture; of a further page, `key` is the id of the first one's address.

        Raises:
            KeyError: the address is not among what is known, and the capture is of no further page.
        """
        capture = result.capture
        if capture.purpose is Purpose.PAGE:
            known = self.state.addresses.get(key)
            self._page(result, known, None if known is None else known.article_id)
            return
        address = self.state.addresses[key]
        if address.role == PAGE or self._is_later(result, address):
            address.closed, address.changed = True, True
            detail = "a further page of an article"
            self.work.end(capture, CaptureState.NOTED, article_id=address.article_id, detail=detail)
        else:
            self.apply(result, address)
            if address.article_id is not None and result.pages:
                self._take(result, self.state.articles[address.article_id])

    def _is_later(self, result: ReadResult, address: Address) -> bool:
        """Whether what a listing led to is the later page of an article."""
        found = result.outcome
        return (
            isinstance(found, Article)
            and found.first_page is not None
            and address.article_id is None
            and address.id not in self.apart
        )

    def _page(self, result: ReadResult, address: Address | None, of: int | None) -> None:
        capture = result.capture
        match result.outcome:
            case Article() as found if of is not None and address is not None and result.first is not None:
                article = self.state.articles[of]
                # The version is of the first page's capture; it was seen when this page was.
                first = replace(result.first, fetched_at=capture.fetched_at)
                effect = Effect.SAME
                if not self.waits(result, article):
                    effect, article = self.compare(first, found, address, article, effect, result.pages)
                self._take(result, article)
                self._merge(article, capture)
                state = CaptureState.SAME if effect is Effect.SAME else CaptureState.STORED
                self.work.end(capture, state, article_id=article.id, effect=effect)
            case Refusal(kind=kind, reason=reason):
                self.work.end(capture, CaptureState.REFUSED, article_id=of, reason=kind, detail=reason or None)
            case FetchFailed(error=error, detail=detail):
                self.work.end(capture, CaptureState.ERROR, article_id=of, reason=error, detail=detail or None)
            case Held(reason=reason, detail=detail):
                self.work.end(capture, CaptureState.HELD, article_id=of, reason=reason, detail=detail or None)
            case NoPage(reason=reason):
                self.work.end(capture, CaptureState.NOTED, article_id=of, detail=reason)
            case _:
                self.work.end(capture, CaptureState.NOTED, article_id=of)

    def _take(self, result: ReadResult, article: KnownArticle) -> None:
        """Make the addresses of the pages those of the article; what was stored of one by itself goes into it."""
        for record_id in result.pages.values():
            capture = self.pages[record_id]
            own = self.state.addresses[address_id(capture.portal, capture.url)]
            other = None if own.article_id is None else self.state.articles[own.article_id]
            if other is None or (other.id == article.id and own.role != PAGE):
                self.state.give(own, article, PAGE)
                self.tell(Change.RELINKED, article, ["addresses"], result.capture)
            elif other.id != article.id:
                self.fold(other, article, result.capture, PAGE)

    def _merge(self, article: KnownArticle, capture: Capture) -> None:
        """Let an article that is whole now go into the older one that shows the same: it has a second address."""
        if article.words < SAME_TEXT_WORDS:
            return
        older = next((one for one in self.state.same_text(article.version_hash) if one.id < article.id), None)
        if older is not None:
            self.fold(article, older, capture, DUPLICATE)
