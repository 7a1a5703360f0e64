"""How a listing is walked: which page is asked for next, and when to stop. Pure: neither Scrapy nor HTTP.

    walk = Walk(state, overlap=3, max_pages=5000)
    step = Read(1)
    while isinstance(step, Read):
        … fetch the page …
        step = walk.feed(step.page, keys, has_next=…, can_jump=…)

Rows stand newest first. Three zones lie under each other: rows that are new since the last run, `open` rows of readings
that were cut (contiguous from a first page of their time), rows that were never read, and `below`, the rows under the
mark. The walk may end without a gap only where it has come down to `below`, or to the listing's end.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crawlers.plan import ListingReport, ListingState, Stop

END_REPEATS = 2
"""Pages in a row that show only rows of earlier pages, after which a listing is at its end. One is not enough: as many
articles may be published during the walk as a page holds, which pushes a whole page down."""


@dataclass(frozen=True, slots=True)
class Read:
    """The page to ask for next."""

    page: int

    def __str__(self) -> str:
        """Return it as the spider's log says it."""
        return f"page {self.page}"


@dataclass(frozen=True, slots=True)
class Halt:
    """The end of the walk, with the evidence for people."""

    stop: Stop
    detail: str = ""

    def __str__(self) -> str:
        """Return it as the spider's log says it."""
        return f"the end [{self.stop}]{f': {self.detail}' if self.detail else ''}"


@dataclass(slots=True)
class _Landing:
    """A jump under way: the page jumped to, and how far to step back if it holds no open row."""

    page: int
    step: int = 1


class Walk:
    """The walk of one listing in one run.

    Args:
        state: what earlier runs know.
        overlap: pages in a row that must show nothing but rows below the mark before the walk ends there; so many pages
            under the newest known row are seen at every run, for what is added late.
        max_pages: pages of this run at most.
        full: go to the listing's end whatever is known.
    """

    def __init__(self, state: ListingState, *, overlap: int, max_pages: int, full: bool = False) -> None:
        self._state = state
        self._known = state.below | state.open
        self._overlap = overlap
        self._max_pages = max_pages
        self._full = full
        self._halt: Halt | None = None
        self._seen: set[str] = set()  # rows of the pages that hang together from the first one
        self._rows = self._first_rows = self._new = 0
        self._asked = self._depth = 0
        self._size = 0  # rows of a page, at least
        self._known_run = self._marked_run = self._repeats = 0
        self._turned = 0  # the last page that showed a row for the first time
        self._joined = not state.open
        self._landing: _Landing | None = None
        self._landed = False
        self._lowest_open = state.open_pages
        self._confirming_end = False
        self._more = False

    def feed(
        self,
        page: int,
        keys: Iterable[str],
        *,
        has_next: bool,
        can_jump: bool,
        more: bool = False,
        old: bool = False,
    ) -> Read | Halt:
        """Take the rows of the page that was asked for and return what to do next.

        Args:
            page: the page's number.
            keys: address keys of its rows, in order.
            has_next: whether the page leads to a further one.
            can_jump: whether any page can be asked for by its number.
            more: whether the page names a further one by its number.
            old: whether all its dated rows are older than the run's bound.
        """
        self._more = self._more or more
        step = self._step(page, dict.fromkeys(keys), has_next=has_next, can_jump=can_jump, old=old)
        if isinstance(step, Halt):
            self._halt = step
        return step

    def report(self, otherwise: Stop, detail: str = "") -> ListingReport:
        """Return how far the listing was read; `otherwise` is why, if the walk itself has not ended."""
        halt = self._halt or Halt(otherwise, detail)
        return ListingReport(
            key=self._state.key,
            pages=self.pages,
            joined=self._joined,
            rows=self._rows,
            first_rows=self._first_rows,
            new=self._new,
            stop=halt.stop,
            detail=halt.detail,
        )

    @property
    def pages(self) -> int:
        """Deepest page down to which all is read, now or in the cut readings that this one has come down to."""
        if not self._asked or (self._joined and self._state.open and not self._landed):
            return max(self._depth, self._lowest_open + self._shift)
        return self._depth

    @property
    def _shift(self) -> int:
        """Pages by which new rows have pushed the open ones down, rounded down: landing high is safe, low is not."""
        return self._new // self._first_rows if self._first_rows else 0

    def _step(self, page: int, keys: dict[str, None], *, has_next: bool, can_jump: bool, old: bool) -> Read | Halt:
        self._asked += 1
        if self._confirming_end:
            # An empty page is the end only if the page above it still shows rows: otherwise the portal is in trouble.
            return Halt(Stop.END, "the next page is empty") if keys else Halt(Stop.ERROR, f"page {page} lost its rows")
        if self._landing is not None and self._missed(keys):
            return self._step_back()
        if not keys:
            if page == 1:
                return Halt(Stop.NO_ROWS)
            self._confirming_end = True
            return Read(page - 1)
        fresh = self._take(page, keys)
        end = self._end(page, fresh=fresh, has_next=has_next, old=old)
        return end or self._next(page, can_jump=can_jump)

    def _missed(self, keys: dict[str, None]) -> bool:
        """Whether a jump came down outside the open rows.

        Only a whole page of them proves that it did not. Rows seen before in this walk prove nothing, for pinned rows
        may stand on every page; and a few open ones may be rows of anywhere that were pinned when they were seen.
        """
        fresh = [key for key in keys if key not in self._seen]
        if len(keys) < self._size or not fresh or not all(key in self._state.open for key in fresh):
            return True
        self._landing, self._landed = None, True
        self._known_run = self._marked_run = 0
        return False

    def _step_back(self) -> Read:
        landing = self._landing
        if landing is None:  # pragma: no cover
            raise AssertionError("no jump is under way")
        self._lowest_open = landing.page - 1 - self._shift  # rows were deleted: the open ones end above this page
        landing.page -= landing.step
        landing.step *= 2
        if landing.page > self._depth + 1:
            return Read(landing.page)
        self._landing, self._landed = None, True
        return Read(self._depth + 1)

    def _take(self, page: int, keys: dict[str, None]) -> bool:
        """Count the rows of a page that hangs together with those above it; return whether any is fresh in this run."""
        fresh = [key for key in keys if key not in self._seen]
        self._seen.update(fresh)
        self._depth = page
        self._rows += len(fresh)
        self._size = min(self._size, len(keys)) if self._size else len(keys)
        self._new += sum(key not in self._known for key in fresh)
        if page == 1:
            self._first_rows = len(keys)
        self._known_run = self._known_run + 1 if all(key in self._known for key in keys) else 0
        self._marked_run = self._marked_run + 1 if all(key in self._state.below for key in keys) else 0
        self._repeats = 0 if fresh else self._repeats + 1
        self._turned = page if fresh else self._turned
        if self._landed or (self._known_run >= self._overlap and any(key in self._state.open for key in keys)):
            self._joined = True
        return bool(fresh)

    def _end(self, page: int, *, fresh: bool, has_next: bool, old: bool) -> Halt | None:
        if not self._full and self._marked_run >= self._overlap:
            return Halt(Stop.MARK, f"page {page} is below the mark")
        if not has_next:
            return Halt(Stop.END, f"page {page} leads to no further one")
        if not fresh and self._repeats >= END_REPEATS and self._turned == 1:
            # A pager that is broken shows the first page for every number; one whose end is passed shows the last.
            # Where no page but the first is named anywhere, there is none: some portals show "next" all the same.
            again = f"pages 2 to {page} are the first one again"
            return Halt(Stop.LOOP, again) if self._more else Halt(Stop.END, f"{again}, and no other is named")
        if not fresh and self._repeats >= END_REPEATS:
            return Halt(Stop.END, f"pages {page - END_REPEATS + 1} to {page} repeat earlier ones")
        if old:
            return Halt(Stop.SINCE, f"page {page} is older than asked for")
        if self._asked >= self._max_pages:
            return Halt(Stop.MAX_PAGES, f"{self._asked} pages")
        return None

    def _next(self, page: int, *, can_jump: bool) -> Read:
        if can_jump and self._joined and self._state.open and not self._landed and not self._full:
            target = self._state.open_pages + self._shift - 1
            if target > page + 1:
                self._landing = _Landing(target)
                return Read(target)
        return Read(page + 1)
