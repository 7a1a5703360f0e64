"""A page that hangs, or kills its reader, is refused as such; the pages beside it and after it are read."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pebble.pool.base_pool import PoolStatus

from crawlers.portal import Portal
from crawlers.portals import load
from flows.steps.reading import MEMORY, Outcome, Readers
from storage.database.load import Whole
from storage.records import VIETNAM, Article, Capture, Kind, Location, Refusal
from storage.vocabulary import Purpose, RefusalKind

PLACE = Location("a.warc.gz", 0, 1)


def behave(archive: Path, portal: Portal, capture: Capture, location: Location, template: object) -> Outcome:
    """Stand in for the reader: hang, die, or read, as the address says."""
    if capture.url.endswith("/hang"):
        time.sleep(600)
    if capture.url.endswith("/die"):
        os._exit(7)
    if capture.url.endswith("/fault"):
        ctypes.string_at(0)  # a library that reads where nothing is
    if capture.url.endswith("/eat"):
        bytearray(MEMORY)
    if capture.url.endswith("/bug"):
        raise KeyError("bug")
    if capture.url.endswith("/once") and not (archive / "died").exists():
        (archive / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return Article(capture.url, Kind.ARTICLE, str(os.getpid()), None, (), "")


def _capture(name: str) -> tuple[Capture, Location]:
    capture = Capture(
        record_id=f"urn:uuid:{name}",
        run_id="r1",
        portal="lao_cai",
        purpose=Purpose.ARTICLE,
        url=f"https://laocai.gov.vn/{name}",
        fetched_at=datetime(2025, 3, 1, tzinfo=VIETNAM),
        status=200,
        headers={},
        payload_sha256="",
        payload_size=0,
    )
    return capture, PLACE


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    with Readers(tmp_path_factory.mktemp("archive"), workers=2, deadline=0.5, read=behave) as made:
        yield made


async def test_a_page_that_hangs_is_refused_and_the_others_are_read(readers: Readers) -> None:
    names = ["one", "hang", "two", "three"]
    results = await readers.read(load("lao_cai"), [_capture(name) for name in names])
    assert [result.capture.url.rsplit("/", 1)[1] for result in results] == names
    refused = results[1].outcome
    assert isinstance(refused, Refusal)
    assert refused.kind is RefusalKind.READER_KILLED
    assert "0.5 s" in refused.reason
    assert all(isinstance(results[place].outcome, Article) for place in (0, 2, 3))


async def test_a_page_that_kills_its_reader_is_refused(readers: Readers) -> None:
    dead, alive = await readers.read(load("lao_cai"), [_capture("die"), _capture("one")])
    assert isinstance(dead.outcome, Refusal)
    assert dead.outcome.kind is RefusalKind.READER_KILLED
    assert "7" in dead.outcome.reason
    assert isinstance(alive.outcome, Article)


async def test_a_segmentation_fault_costs_one_page(readers: Readers) -> None:
    names = ["one", "fault", "two", "three"]
    results = await readers.read(load("lao_cai"), [_capture(name) for name in names])
    refused = results[1].outcome
    assert isinstance(refused, Refusal)
    assert (refused.kind, str(-signal.SIGSEGV) in refused.reason) == (RefusalKind.READER_KILLED, True), refused.reason
    assert all(isinstance(results[place].outcome, Article) for place in (0, 2, 3))


async def test_what_a_reader_cannot_do_costs_one_page(tmp_path: Path) -> None:
    with Readers(tmp_path, workers=1, deadline=30, read=behave) as own:
        eaten, bug, read = await own.read(load("lao_cai"), [_capture(name) for name in ("eat", "bug", "one")])
    for result, kind, said in (
        (eaten, RefusalKind.READER_KILLED, "1024 MiB"),
        (bug, RefusalKind.READER_FAILED, "KeyError"),
    ):
        assert isinstance(result.outcome, Refusal)
        assert (result.outcome.kind, said in result.outcome.reason) == (kind, True), result.outcome.reason
    assert isinstance(read.outcome, Article)


async def test_a_page_whose_reader_was_killed_by_something_else_is_read(readers: Readers) -> None:
    (result,) = await readers.read(load("lao_cai"), [_capture("once")])
    assert isinstance(result.outcome, Article)


async def test_a_pool_that_broke_is_replaced(readers: Readers) -> None:
    readers._pool._context.status = PoolStatus.ERROR
    (result,) = await readers.read(load("lao_cai"), [_capture("one")])
    assert isinstance(result.outcome, Article)


async def test_reading_happens_in_another_process(readers: Readers) -> None:
    (result,) = await readers.read(load("lao_cai"), [_capture("one")])
    assert isinstance(result.outcome, Article)
    assert result.outcome.title != str(os.getpid())


def test_a_capture_is_read_again_for_the_loader(readers: Readers) -> None:
    again = readers.reread(load("lao_cai"))
    assert isinstance(again(Whole(_capture("one"), {}, {})).outcome, Article)
    refused = again(Whole(_capture("hang"), {}, {})).outcome
    assert isinstance(refused, Refusal)
    assert refused.kind is RefusalKind.READER_KILLED
