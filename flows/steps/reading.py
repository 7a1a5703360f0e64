"""Reading captures in processes of their own, which are killed when a page takes too long.

trafilatura is quadratic in siblings and libxml2 in attributes: some pages would hold a thread for minutes, and no
thread can be stopped. A page that kills its reader is refused as such and stays in the archive.
"""

import asyncio
import gc
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from crawlers.portal import Portal
from crawlers.reading import READER_VERSION, Seen, Template, read_and_observe, read_page
from crawlers.reading.joining import join_pages
from crawlers.reading.listing import read_listing
from storage import archive as warc
from storage.database.load import FetchFailed, Located, NoPage, NotModified, ReadResult, Reread, Whole
from storage.database.loading.derived import Derived, derive, take_over, version_hash
from storage.records import Article, Capture, ListingItem, Location, Refusal
from storage.vocabulary import FetchError, Purpose, RefusalKind

PAGES_A_READER = 2000
"""Pages after which a reader is replaced, so that no leak of a library grows for ever.

A new one is missed for a tenth of a second and reads its first pages with cold caches: at 200 that costs a tenth."""
TOGETHER = 4
"""Pages that a reader is given at once: a message a page costs a tenth of reading it, and both ends of a batch wait
longer for each other the more there are."""
MEMORY = 1 << 30
"""Address space of a reader, in bytes."""
FRAGMENT_HEAD = 4096
"""Bytes within which a whole page has its `html` tag."""

_READER_LOST = (ProcessExpired, BrokenProcessPool)
"""What a task ends with whose process was killed."""

Outcome = Article | Refusal | NotModified | FetchFailed
Read = tuple[Outcome, Derived | None]
"""What a process makes of a capture, and of the article, so that the one process that loads need not."""


class Readers(AbstractContextManager["Readers"]):
    """A pool of reading processes, shared by the portals of a run."""

    def __init__(
        self, archive: Path, *, workers: int, deadline: float, read: "Callable[..., Outcome] | None" = None
    ) -> None:
        """Prepare `workers` processes that read from `archive`; a page may take `deadline` seconds.

        `read` takes the place of `read_capture`; it is a function of a module, so that a process can import it.
        """
        self._archive = archive
        self._deadline = deadline
        self._read = read or read_capture
        self._workers = workers
        self._replacing = threading.Lock()
        self._pool = self._new_pool()
        self._pool.schedule(os.getpid)  # the processes start with the first task: let them load while others work

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the processes; whatever they still read is dropped and stays pending."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _new_pool(self) -> ProcessPool:
        # A fork server: a clean process that has loaded the readers once, so that replacing one costs milliseconds.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["flows.steps.reading"])
        return ProcessPool(max_workers=self._workers, max_tasks=PAGES_A_READER, initializer=_prepare, context=context)

    def _submit(self, work: "Callable[..., Any]", *args: Any) -> "ProcessFuture[Any]":
        """Give work to a reading process.

        A pool breaks for good where one of its processes is killed while it holds what they share: it is replaced.
        """
        with self._replacing:
            try:
                return self._pool.schedule(work, args=args, timeout=self._deadline)
            except RuntimeError:
                with suppress(RuntimeError):
                    self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool = self._new_pool()
                return self._pool.schedule(work, args=args, timeout=self._deadline)

    async def read(
        self,
        portal: Portal,
        captures: Sequence[Located],
        template: Template | None = None,
        wholes: Mapping[str, Whole] | None = None,
        released: Mapping[str, frozenset[str]] = MappingProxyType({}),
        shown: Mapping[str, str] = MappingProxyType({}),
    ) -> list[ReadResult]:
        """Read captures of a portal with its template, in their order.

        No page raises; an archive that cannot be read does.

        Pages are read several at a time. Where those do not end within the deadline of one page, or their reader died
        or failed, each is read once more by itself: another of them may be at fault, and the kernel, short of memory,
        or a person may have killed the reader. A page that hangs or kills its reader does so again.

        Args:
            portal: the portal.
            captures: what is to be read.
            template: of the portal.
            wholes: by record id, the captures that one is to be read with: an article of several pages. Each page is
                read once, however many captures need it.
            released: by record id, what people have let through at the page's address (`read_capture`).
            shown: by record id, the digest of title and text that is shown at the page's address now.
        """
        wholes = wholes or {}
        company = [
            located
            for whole in wholes.values()
            for located in (whole.first, *whole.pages.values(), *whole.had.values())
        ]
        every = list({one.record_id: (one, place) for one, place in (*company, *captures)}.values())
        await asyncio.to_thread(self._reach, portal, every)
        messages = [every[at : at + TOGETHER] for at in range(0, len(every), TOGETHER)]
        futures: list[ProcessFuture[list[Read]]] = [
            self._submit(
                _read_together,
                self._read,
                (self._archive, portal, template),
                [(one, place, released.get(one.record_id), shown.get(one.record_id)) for one, place in message],
            )
            for message in messages
        ]
        await _all_done(futures)
        outcomes: dict[str, Outcome] = {}
        again: dict[str, ProcessFuture[Read]] = {}
        for message, future in zip(messages, futures, strict=True):
            if future.exception() is not None:
                for one, place in message:
                    key = one.record_id
                    again[key] = self._schedule(portal, one, place, template, released.get(key), shown.get(key))
                continue
            for (one, _), read in zip(message, future.result(), strict=True):
                outcomes[one.record_id] = _taken_over(read)
        await _all_done(again.values())
        outcomes |= {
            one.record_id: self._outcome(one, again[one.record_id]) for one, _ in every if one.record_id in again
        }
        return [whole_result(one, place, outcomes, wholes.get(one.record_id)) for one, place in captures]

    async def observe(self, portal: Portal, captures: Sequence[tuple[Capture, Location]]) -> "list[Seen | None]":
        """Return what captures show, to learn their portal's template from; None for one that cannot be read."""
        await asyncio.to_thread(self._reach, portal, captures)
        futures: list[ProcessFuture[Seen | None]] = [
            self._submit(observe_capture, self._archive, portal, *one) for one in captures
        ]
        await _all_done(futures)
        return [None if future.exception() else future.result() for future in futures]

    def reread(self, portal: Portal, template: Template | None = None) -> Reread:
        """Return a reader of captures that were read before, for the loading thread."""

        def one_again(capture: Capture, location: Location) -> Outcome:
            future = self._schedule(portal, capture, location, template)
            if isinstance(future.exception(), _READER_LOST):  # see `read`
                future = self._schedule(portal, capture, location, template)
            return self._outcome(capture, future)

        def read_again(whole: Whole) -> ReadResult:
            self._reach(portal, [whole.first, *whole.pages.values()])
            outcomes = {one.record_id: one_again(one, place) for one, place in (whole.first, *whole.pages.values())}
            return whole_result(*whole.first, outcomes, whole)

        return read_again

    def rows(self, portal: Portal) -> Callable[[Capture, bytes], Sequence[ListingItem]]:
        """Return a reader of the portal's listing pages, for the indexing thread; it raises what reading raises."""

        def read_rows(capture: Capture, body: bytes) -> Sequence[ListingItem]:
            def once() -> Sequence[ListingItem]:
                future = self._submit(listing_rows, portal, capture, body)
                rows: Sequence[ListingItem] = future.result()
                return rows

            try:
                return once()
            except _READER_LOST:  # see `read`
                return once()

        return read_rows

    def _reach(self, portal: Portal, captures: Sequence[Located]) -> None:
        """Have what is to be read on this machine: a reading process has no time to wait for the store."""
        warc.unreachable(self._archive, portal.name, {place.segment for _, place in captures})

    def _schedule(
        self,
        portal: Portal,
        capture: Capture,
        location: Location,
        template: Template | None,
        released: frozenset[str] | None = None,
        shown: str | None = None,
    ) -> "ProcessFuture[Read]":
        given = (self._archive, portal, template)
        return self._submit(_read_for_loading, self._read, given, capture, location, released, shown)

    def _outcome(self, capture: Capture, future: "ProcessFuture[Read]") -> Outcome:
        """Return what a reading process made of a capture; wait for it if need be."""
        kind = RefusalKind.READER_KILLED
        try:
            return _taken_over(future.result())
        except TimeoutError:
            reason = f"not read within {self._deadline:g} s"
        except ProcessExpired as error:
            reason = f"its reader ended with code {error.exitcode}"
        except OSError:  # the archive, not the page
            raise
        except MemoryError:
            reason = f"it takes more than the {MEMORY >> 20} MiB that a reader may have"
        except Exception as error:  # noqa: BLE001 - what is derived of an article, or to hand it over, failed
            kind, reason = RefusalKind.READER_FAILED, f"{type(error).__name__}: {error}"[:500]
        return Refusal(capture.url, kind, reason, READER_VERSION)


def _taken_over(read: Read) -> Outcome:
    """What a process made of a capture, with what it has made ready for loading kept beside it."""
    outcome, made = read
    if isinstance(outcome, Article) and made is not None:
        take_over(outcome, made)
    return outcome


_Given = tuple[Path, Portal, Template | None]
"""What captures of a portal are read with: the archive, the portal, its template."""


def _read_for_loading(
    read: Callable[..., Outcome],
    given: _Given,
    capture: Capture,
    location: Location,
    released: frozenset[str] | None,
    shown: str | None,
) -> Read:
    archive, portal, template = given
    if released:
        read = partial(read, released=released)
    outcome = read(archive, portal, capture, location, template)
    return outcome, derive(outcome, shown) if isinstance(outcome, Article) else None


def _read_together(
    read: Callable[..., Outcome],
    given: _Given,
    captures: Sequence[tuple[Capture, Location, frozenset[str] | None, str | None]],
) -> list[Read]:
    return [_read_for_loading(read, given, *one) for one in captures]


def whole_result(
    capture: Capture, location: Location, outcomes: Mapping[str, Outcome], whole: Whole | None
) -> ReadResult:
    """Return what a capture reads as, together with the other pages of its article.

    Args:
        capture: what was claimed.
        location: where it lies.
        outcomes: what each capture reads as by itself, by record id.
        whole: the captures of the article's pages; None for one that is read by itself.
    """
    own = outcomes[capture.record_id]
    if whole is None:
        alone = NoPage("no article goes on here") if capture.purpose is Purpose.PAGE else own
        waits = isinstance(own, Article) and bool(own.continues)
        return ReadResult(capture, location, alone, waits=waits)
    first = None if whole.asked == 1 else whole.first[0]
    beginning = outcomes[whole.first[0].record_id]
    if not isinstance(own, Article):
        return ReadResult(capture, location, own, first)
    if not isinstance(beginning, Article):
        return ReadResult(capture, location, NoPage("the first page reads as no article"), first)
    used = {number: one.record_id for number, (one, _) in whole.pages.items()}
    for number, (one, _) in whole.had.items():
        if not isinstance(outcomes[used[number]], Article):
            used[number] = one.record_id
    later = {number: page for number, name in used.items() if isinstance(page := outcomes[name], Article)}
    joined = join_pages(beginning, later, whole.apart)
    missing = {link.page for link in joined.article.continues} - set(joined.pages)
    return ReadResult(
        capture,
        location,
        joined.article,
        first,
        {number: used[number] for number in joined.pages},
        joined.apart,
        waits=bool(missing - whole.given_up),
    )


def read_capture(
    archive: Path,
    portal: Portal,
    capture: Capture,
    location: Location,
    template: Template | None = None,
    *,
    released: Collection[str] = (),
) -> Outcome:
    """Read one archived response: an article or a refusal, or why there is nothing to read.

    A refusal gives way where a person has let through these very bytes, or this title and text, at this address:
    `released` are digests of such bytes (`payload_sha256`) and of such texts (`version_hash`).
    """
    if capture.status == 304:
        return NotModified()
    if capture.status != 200:
        return FetchFailed(FetchError.HTTP, str(capture.status))
    try:
        _, body, _ = warc.read(archive, capture.portal, location)
    except warc.ArchiveError as error:  # cut, damaged, or in another machine's archive: another fetch brings it
        return FetchFailed(error.means, str(error))
    read = partial(
        read_page,
        body,
        url=capture.url,
        headers=capture.headers,
        portal=portal,
        listing=capture.item,
        fetched_at=capture.fetched_at,
        template=template,
    )
    result = read()
    if released and isinstance(result, Refusal):
        again = read(released=True)
        if capture.payload_sha256 in released or (isinstance(again, Article) and version_hash(again) in released):
            return again
    return result


def observe_capture(archive: Path, portal: Portal, capture: Capture, location: Location) -> Seen | None:
    """Return what an archived page shows; None where its body cannot be had."""
    try:
        _, body, _ = warc.read(archive, capture.portal, location)
    except warc.ArchiveError:
        return None
    _, seen = read_and_observe(
        body,
        url=capture.url,
        headers=capture.headers,
        portal=portal,
        listing=capture.item,
        fetched_at=capture.fetched_at,
        observed=True,
    )
    return seen


def listing_rows(portal: Portal, capture: Capture, body: bytes) -> Sequence[ListingItem]:
    """Return the rows of an archived listing page; links of a fragment are relative to the page it is to go into."""
    fragment = b"<html" not in body[:FRAGMENT_HEAD].lower()
    url = capture.parent if fragment and capture.parent else capture.url
    return read_listing(body, url=url, headers=capture.headers, portal=portal).items


async def _all_done(futures: "Iterable[ProcessFuture[Any]]") -> None:
    await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)


def _prepare() -> None:
    """Make a new process ready: what was loaded lives as long as it does, so no garbage is looked for among it."""
    gc.freeze()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
