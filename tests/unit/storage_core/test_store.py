"""The archive of several machines over a real S3 server: pushed whole, read anywhere, and what is erased is gone."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

from storage.archive import (
    ArchiveError,
    Exchange,
    SegmentWriter,
    StoreError,
    erase,
    push,
    read,
    refresh,
    scan,
    segments,
    sizes,
    waiting,
)
from storage.archive.store import Store, store_of
from storage.crash import ForgetPoint, StorePoint
from storage.settings import settings
from storage.vocabulary import Purpose
from tests.object_store import SECRET, ObjectStore, object_store

PORTAL = "lao_cai"
CANARY = b"chim hoang yen"
PAGE = Exchange(
    run_id="r1",
    portal=PORTAL,
    purpose=Purpose.ARTICLE,
    url="https://laocai.gov.vn/1",
    fetched_at=datetime(2021, 3, 24, 4, tzinfo=UTC),
    status=200,
    reason="OK",
    headers=(("Content-Type", "text/html"),),
    body=b"<p>" + CANARY + b"</p>",
)


Point = ForgetPoint | StorePoint
Dies = Callable[[Point, Callable[[], object]], None]


class Died(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Dies:
    """Do something that ends at a point, and nothing behind it."""

    def until(point: Point, work: Callable[[], object]) -> None:
        def passed(at: Point) -> None:
            if at is point:
                raise Died

        with monkeypatch.context() as patched:
            for module in ("shared", "erase"):
                patched.setattr(import_module(f"storage.archive.{module}"), "sync_point", passed)
            with pytest.raises(Died):
                work()

    return until


class Machines:
    """Machines with a folder each, which this process plays one after another."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, s3: ObjectStore) -> None:
        self._monkeypatch = monkeypatch
        self._folder = folder
        self.s3 = s3

    def become(self, name: str, **environment: str) -> Path:
        """Be a machine from now on; return its archive."""
        chosen = {"CONGTIN_VAR": str(self._folder / name), **self.s3.environment, **environment}
        for key, value in chosen.items():
            self._monkeypatch.setenv(key, value)
        settings.cache_clear()
        return settings().archive


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    with object_store(tmp_path_factory.mktemp("s3")) as made:
        yield made


@pytest.fixture
def machines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: ObjectStore) -> Iterator[Machines]:
    server.place = tmp_path.name
    yield Machines(monkeypatch, tmp_path, server)
    monkeypatch.undo()
    settings.cache_clear()


def write(archive: Path, count: int = 2, run_id: str = "r1") -> str:
    with SegmentWriter(archive, PORTAL, run_id, 1) as writer:
        for number in range(count):
            writer.append(replace(PAGE, run_id=run_id, url=f"https://laocai.gov.vn/{number}"))
    return f"{PORTAL}-{run_id}-00001.warc.gz"


def urls(archive: Path) -> list[str]:
    return [one.url for name in segments(archive, PORTAL) for one, _ in scan(archive, PORTAL, name)]


def test_what_one_machine_has_archived_another_reads(machines: Machines) -> None:
    here = machines.become("a")
    name = write(here)
    assert waiting(here, PORTAL) == [name]
    assert push(here, PORTAL) == 1
    assert waiting(here, PORTAL) == []
    assert push(here, PORTAL) == 0
    (capture, place), _ = scan(here, PORTAL, name)
    there = machines.become("b")
    assert segments(there, PORTAL) == [name]
    assert read(there, PORTAL, place) == (capture, PAGE.body, PAGE.body)
    assert sizes(there, PORTAL) == sizes(here, PORTAL)
    assert waiting(there, PORTAL) == []


def test_without_a_store_nothing_leaves_the_machine(tmp_path: Path) -> None:
    write(tmp_path)
    assert store_of(tmp_path) is None
    assert push(tmp_path, PORTAL) == 0
    assert waiting(tmp_path, PORTAL) == []


def test_a_store_that_is_down_keeps_nobody_waiting_and_loses_nothing(machines: Machines) -> None:
    here = machines.become("a")
    name = write(here)
    machines.s3.stop()
    try:
        with pytest.raises(StoreError) as told:
            push(here, PORTAL)
        assert SECRET not in str(told.value)
        assert waiting(here, PORTAL) == [name]
        assert len(urls(here)) == 2  # what is here is read, the store asked no more for a while
        with pytest.raises(ArchiveError):
            read(here, PORTAL, replace(next(scan(here, PORTAL, name))[1], segment="lao_cai-r9-00001.warc.gz"))
    finally:
        machines.s3.start()
    assert push(machines.become("a", CONGTIN_READERS="3"), PORTAL) == 1  # as another process: it asks anew


def test_no_more_than_allowed_stays_here(machines: Machines) -> None:
    here = machines.become("a", CONGTIN_ARCHIVE_LOCAL_MB="0")
    write(here, run_id="r1")
    write(here, run_id="r2")
    assert push(here, PORTAL) == 2
    assert list(here.glob("*/*.warc.gz*")) == []
    assert len(urls(here)) == 4
    assert len(list(here.glob("*/*.warc.gz"))) == 1  # the last one that was read


def test_what_waits_is_never_dropped(machines: Machines) -> None:
    here = machines.become("a", CONGTIN_ARCHIVE_LOCAL_MB="0")
    write(here, run_id="r1")
    push(here, PORTAL)
    name = write(here, run_id="r2")
    urls(here)
    assert (here / PORTAL / name).exists()


@pytest.mark.parametrize("point", [StorePoint.PUT, StorePoint.NOTED])
def test_a_push_that_dies_is_done_by_the_next(machines: Machines, point: StorePoint, dies: Dies) -> None:
    here = machines.become("a")
    name = write(here)
    dies(point, lambda: push(here, PORTAL))
    push(here, PORTAL)
    assert waiting(here, PORTAL) == []
    assert len(machines.s3.objects()) == 1
    (here / PORTAL / name).unlink()
    assert len(urls(here)) == 2


def test_bytes_that_arrive_wrong_do_not_count(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    here = machines.become("a")
    write(here)
    monkeypatch.setattr(Store, "digest_of", lambda *_: "0" * 64)
    with pytest.raises(StoreError, match="arrived as"):
        push(here, PORTAL)
    assert len(waiting(here, PORTAL)) == 1
    assert all("/.partial/" in key for key in machines.s3.objects())


def test_a_damaged_object_is_not_taken_for_an_archive(machines: Machines) -> None:
    here = machines.become("a")
    name = write(here)
    push(here, PORTAL)
    ((key, content),) = machines.s3.objects().items()
    machines.s3.files.pipe_file(key, content[:-1] + b"x")
    there = machines.become("b")
    with pytest.raises(StoreError, match="damaged"):
        list(scan(there, PORTAL, name))
    assert list(there.glob("*/*.warc.gz")) == []


def test_what_is_erased_is_gone_from_the_store_and_from_every_machine(machines: Machines) -> None:
    here = machines.become("a")
    name = write(here)
    push(here, PORTAL)
    there = machines.become("b")
    assert len(urls(there)) == 2  # a copy is there now
    assert erase(there, PORTAL, name, lambda one: one.url.endswith("/0")) == 1
    (content,) = machines.s3.objects().values()
    assert content == (there / PORTAL / name).read_bytes()
    here = machines.become("a")
    assert refresh(here, PORTAL) == 1
    assert not (here / PORTAL / name).exists()
    assert urls(here) == ["https://laocai.gov.vn/1"]


def test_a_copy_that_was_not_yet_noted_brings_nothing_back(machines: Machines) -> None:
    """It lay on a machine that died between the store and its note, or came from a backup."""
    here = machines.become("a")
    name = write(here)
    push(here, PORTAL)
    (here / PORTAL / f"{name}.stored").unlink()
    there = machines.become("b")
    erase(there, PORTAL, name, lambda one: one.url.endswith("/0"))
    here = machines.become("a")
    push(here, PORTAL)
    assert urls(here) == ["https://laocai.gov.vn/1"]
    assert len(machines.s3.objects()) == 1


@pytest.mark.parametrize("point", [ForgetPoint.ERASING, ForgetPoint.ERASED, StorePoint.PUT, StorePoint.NOTED])
def test_an_erasure_that_dies_is_done_by_the_next(machines: Machines, point: Point, dies: Dies) -> None:
    here = machines.become("a")
    name = write(here)
    push(here, PORTAL)
    dies(point, lambda: erase(here, PORTAL, name, lambda one: one.url.endswith("/0")))
    push(here, PORTAL)
    erase(here, PORTAL, name, lambda one: one.url.endswith("/0"))
    (content,) = machines.s3.objects().values()
    assert content == (here / PORTAL / name).read_bytes()
    assert urls(here) == ["https://laocai.gov.vn/1"]
    assert urls(machines.become("b")) == ["https://laocai.gov.vn/1"]


def test_a_store_that_lost_its_objects_gets_them_again(machines: Machines) -> None:
    here = machines.become("a")
    name = write(here)
    push(here, PORTAL)
    for key in machines.s3.objects():
        machines.s3.files.rm_file(key)
    assert refresh(here, PORTAL) == 1
    assert waiting(here, PORTAL) == [name]
    push(here, PORTAL)
    assert len(machines.s3.objects()) == 1


def test_a_shared_disk_is_a_store_too(machines: Machines, tmp_path: Path) -> None:
    disk = {"CONGTIN_ARCHIVE_STORE": f"file://{tmp_path / 'disk'}", "CONGTIN_ARCHIVE_STORE_ENDPOINT": ""}
    here = machines.become("a", **disk)
    assert segments(here, PORTAL) == []
    write(here)
    assert push(here, PORTAL) == 1
    assert len(urls(machines.become("b", **disk))) == 2


def test_a_segment_is_sealed_when_it_is_old(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, PORTAL, "r1", 1, max_seconds=0) as writer:
        for _ in range(3):
            writer.append(PAGE)
        assert len(writer.segments) == 3
