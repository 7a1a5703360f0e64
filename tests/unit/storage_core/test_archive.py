import gzip
import hashlib
import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc import ArchiveIterator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.archive import (
    ArchiveError,
    BodyTooLarge,
    Exchange,
    Hole,
    SegmentDamaged,
    SegmentWriter,
    read,
    read_back,
    recover,
    scan,
    segments,
)
from storage.records import VIETNAM, Capture, ListingItem, Location
from storage.vocabulary import Purpose

PROJECT = Path(__file__).resolve().parents[3]
ITEM = ListingItem("https://laocai.gov.vn/tin/hop-1", "Họp báo \ud800", "24/03/2021", "Lời dẫn")
PAGE = Exchange(
    run_id="r1",
    portal="lao_cai",
    purpose=Purpose.ARTICLE,
    url="https://laocai.gov.vn/tin/họp báo?a=1",
    fetched_at=datetime(2021, 3, 24, 4, 0, 0, 123456, UTC),
    status=200,
    reason="OK",
    headers=(
        ("Content-Type", "text/html; charset=utf-8"),
        ("Set-Cookie", "a=1"),
        ("set-cookie", "b=2"),
        ("ETag", '"x"'),
    ),
    body="<p>Tức\0</p>".encode(),
    listing="tin_thoi_su",
    page=2,
    item=ITEM,
    parent="https://laocai.gov.vn/tin-thoi-su",
)


def pages(count: int, size: int = 60) -> list[Exchange]:
    noise = random.Random(7)
    return [replace(PAGE, url=f"https://laocai.gov.vn/{n}", body=noise.randbytes(size)) for n in range(count)]


def write(archive: Path, exchanges: list[Exchange], run_id: str = "r1") -> list[tuple[Capture, Location]]:
    with SegmentWriter(archive, "lao_cai", run_id, 1) as writer:
        return [writer.append(exchange) for exchange in exchanges]


def scan_all(archive: Path) -> list[tuple[Capture, Location]]:
    return [found for name in segments(archive, "lao_cai") for found in scan(archive, "lao_cai", name)]


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_an_exchange_comes_back_as_it_was(tmp_path: Path) -> None:
    [(capture, location)] = write(tmp_path, [PAGE])
    assert capture == Capture(
        record_id=capture.record_id,
        run_id="r1",
        portal="lao_cai",
        purpose=Purpose.ARTICLE,
        url=PAGE.url,
        fetched_at=PAGE.fetched_at,
        status=200,
        headers={"content-type": "text/html; charset=utf-8", "set-cookie": "a=1, b=2", "etag": '"x"'},
        payload_sha256=hashlib.sha256(PAGE.body).hexdigest(),
        payload_size=len(PAGE.body),
        listing="tin_thoi_su",
        page=2,
        item=ITEM,
        parent="https://laocai.gov.vn/tin-thoi-su",
    )
    assert capture.record_id.startswith("urn:uuid:")
    assert capture.fetched_at.tzinfo is VIETNAM
    assert location.segment == "lao_cai-r1-00001.warc.gz"
    assert scan_all(tmp_path) == [(capture, location)]
    assert read(tmp_path, "lao_cai", location) == (capture, PAGE.body, PAGE.body)


@pytest.mark.parametrize("status", [204, 304, 404, 503, 301, 999])
def test_responses_without_a_body(tmp_path: Path, status: int) -> None:
    exchange = replace(PAGE, status=status, reason="", body=b"", headers=[("Content-Encoding", "gzip")])
    [(capture, location)] = write(tmp_path, [exchange])
    assert (capture.status, capture.payload_size) == (status, 0)
    assert scan_all(tmp_path) == [(capture, location)]
    assert read(tmp_path, "lao_cai", location) == (capture, b"", b"")


def test_coded_bodies_are_kept_as_they_came_and_known_by_what_they_say(tmp_path: Path) -> None:
    coded = gzip.compress(PAGE.body)
    [(whole, where), (cut, _), (part, where_part)] = write(
        tmp_path,
        [
            replace(PAGE, body=coded, headers=[("Content-Encoding", "gzip")]),
            replace(PAGE, body=coded[:-3], headers=[("Content-Encoding", "gzip")]),
            replace(PAGE, body=PAGE.body[:3], truncated="length"),
        ],
    )
    assert read(tmp_path, "lao_cai", where) == (whole, PAGE.body, coded)
    assert whole.payload_sha256 == hashlib.sha256(PAGE.body).hexdigest()
    assert (cut.payload_sha256, cut.payload_size) == (hashlib.sha256(coded[:-3]).hexdigest(), len(coded) - 3)
    assert part.payload_size == 3
    with pytest.raises(BodyTooLarge):
        read(tmp_path, "lao_cai", where_part)
    assert len(scan_all(tmp_path)) == 3


def test_headers_cannot_make_headers_or_records(tmp_path: Path) -> None:
    evil = "a\r\nX-Evil: 1\r\n\r\nWARC/1.1\r\nWARC-Type: response\0"
    exchange = replace(
        PAGE,
        url=f"https://laocai.gov.vn/{evil}",
        reason=evil,
        headers=[("X-A", evil), (evil, "v"), ("no colon", ""), ("", "no name"), ("X-Odd", "\xe1\xff"), ("X-Wide", "ứ")],
        truncated=None,
        item=replace(ITEM, title=evil),
        parent=evil,
    )
    [(capture, location), (after, _)] = write(tmp_path, [exchange, PAGE])
    assert [found for found, _ in scan_all(tmp_path)] == [capture, after]
    assert "x-evil" not in capture.headers
    assert capture.headers["no colon"] == ""
    assert capture.headers["x-odd"] == "\xe1\xff"
    assert capture.url == exchange.url
    assert capture.item == exchange.item
    assert read(tmp_path, "lao_cai", location)[1] == PAGE.body
    with (tmp_path / "lao_cai" / location.segment).open("rb") as file:
        records = [
            (record.record_type, dict(record.headers.items())) for record in ArchiveIterator(file, parse_http=False)
        ]
    assert len(records) == 5
    assert all("X-Evil" not in headers for _, headers in records)


def test_the_transfer_coding_is_not_claimed_of_a_body_without_one(tmp_path: Path) -> None:
    [(capture, _)] = write(tmp_path, [replace(PAGE, headers=[("Transfer-Encoding", "chunked")])])
    assert capture.headers == {"x-orig-transfer-encoding": "chunked"}


def test_others_can_read_the_segments(tmp_path: Path) -> None:
    (capture, location), _ = write(tmp_path, [PAGE, replace(PAGE, status=404, reason="Not Found", truncated="time")])
    path = tmp_path / "lao_cai" / location.segment
    kinds, starts = [], []
    with path.open("rb") as file:
        for record in ArchiveIterator(file, parse_http=True, strict_mode=True):
            kinds.append(str(record.record_type))
            starts.append(record.stream_pos)
            if str(record.record_type) == "response":
                assert "WARC-Payload-Digest" in record.headers
                assert record.headers["WARC-Target-URI"] == "https://laocai.gov.vn/tin/h%E1%BB%8Dp%20b%C3%A1o?a=1"
                assert record.http_headers is not None
                assert record.reader.read() == PAGE.body
            if str(record.record_type) == "metadata":
                assert "WARC-Concurrent-To" in record.headers
    assert kinds == ["warcinfo", "response", "metadata", "response", "metadata"]
    assert starts[1] == location.offset
    assert starts[3] == location.offset + location.length
    with path.open("rb") as file:
        assert all(record.verify_block_digest() for record in ArchiveIterator(file, parse_http=False))
    with path.open("rb") as file:
        assert len([record for record in ArchiveIterator(file, verify_digests=True)]) == 5  # noqa: C416
    with path.open("rb") as file:
        file.seek(location.offset)
        first = next(iter(ArchiveIterator(file)))
    assert first.record_id == f"<{capture.record_id}>"
    assert first.record_date == PAGE.fetched_at


TEXTS = st.text(max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(TEXTS, TEXTS), max_size=6),
    st.binary(max_size=400),
    TEXTS,
    st.integers(0, 999),
    st.none() | st.builds(ListingItem, url=TEXTS, title=TEXTS, published_raw=TEXTS, lead=TEXTS),
)
def test_whatever_is_appended_is_scanned_and_read(
    tmp_path: Path,
    no_fsync: None,
    headers: list[tuple[str, str]],
    body: bytes,
    text: str,
    status: int,
    item: ListingItem | None,
) -> None:
    odd = replace(
        PAGE, headers=headers, body=body, url=text, reason=text, parent=text, listing=text, status=status, item=item
    )
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        appended = [writer.append(exchange) for exchange in (odd, PAGE)]
    assert list(scan(tmp_path, "lao_cai", appended[0][1].segment)) == appended
    assert appended[0][0].item == item
    assert appended[0][0].url == text
    assert read(tmp_path, "lao_cai", appended[1][1])[1] == PAGE.body


def test_nothing_counts_before_it_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, int]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        real(descriptor)
        synced.append((str(Path(f"/proc/self/fd/{descriptor}").readlink()), os.fstat(descriptor).st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    folder = tmp_path / "lao_cai"
    writer = SegmentWriter(tmp_path, "lao_cai", "r1", 1)
    path = folder / "lao_cai-r1-00001.warc.gz.open"
    assert str(folder) in {name for name, _ in synced}  # the name itself is durable
    for exchange in pages(3):
        synced.clear()
        _, location = writer.append(exchange)
        assert synced == [(str(path), location.offset + location.length)]
    synced.clear()
    writer.seal()
    assert [name for name, _ in synced] == [str(path), str(folder)]


def cut(tmp_path: Path, step: int) -> None:
    """Cut a segment at its last 4,096 bytes, every `step`th and those about the ends of pairs, and recover it."""
    appended = write(tmp_path / "whole", pages(6, size=500))
    name = appended[0][1].segment
    whole = (tmp_path / "whole" / "lao_cai" / name).read_bytes()
    assert len(whole) > 4096
    ends = {location.offset + location.length for _, location in appended}
    near = {end + by for end in ends for by in (-9, -1, 0, 1, 9, 17)}
    archive = tmp_path / "cut"
    folder = archive / "lao_cai"
    folder.mkdir(parents=True)
    for end in range(len(whole) - 4096, len(whole) + 1):
        if end % step and end not in near:
            continue
        open_path = folder / f"{name}.open"
        open_path.write_bytes(whole[:end])
        kept = [(capture, location) for capture, location in appended if location.offset + location.length <= end]
        assert list(scan(archive, "lao_cai", name)) == kept  # also while it is torn
        assert recover(archive, "lao_cai") == ([name] if kept else [])
        assert not open_path.exists()
        if kept:
            sealed = folder / name
            assert list(scan(archive, "lao_cai", name)) == kept
            assert sealed.stat().st_size == kept[-1][1].offset + kept[-1][1].length
            sealed.unlink()


def test_a_segment_that_is_cut_keeps_its_whole_pairs(tmp_path: Path, no_fsync: None) -> None:
    cut(tmp_path, 67)


@pytest.mark.soak
def test_a_segment_cut_at_any_byte_keeps_its_whole_pairs(tmp_path: Path, no_fsync: None) -> None:
    cut(tmp_path, 1)


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 5000,
        b"\x1f\x8b\x08\0garbage",
        b"plain",
        gzip.compress(b"no record", mtime=0),
        gzip.compress(b"", mtime=0),
    ],
    ids=["zeros", "half a member", "text", "no record", "empty member"],
)
def test_rubbish_behind_the_last_pair_is_cut(tmp_path: Path, tail: bytes) -> None:
    appended = write(tmp_path, pages(2))
    name = appended[0][1].segment
    sealed = tmp_path / "lao_cai" / name
    good = sealed.read_bytes()
    sealed.rename(sealed.with_name(f"{name}.open"))
    sealed.with_name(f"{name}.open").write_bytes(good + tail)
    assert recover(tmp_path, "lao_cai") == [name]
    assert sealed.read_bytes() == good
    assert recover(tmp_path, "lao_cai") == []


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.9, 0.999])
def test_damage_in_the_middle_is_told_and_the_rest_is_read(tmp_path: Path, share: float) -> None:
    appended = write(tmp_path, pages(4))
    first, second, *rest = appended
    sealed = tmp_path / "lao_cai" / second[1].segment
    data = bytearray(sealed.read_bytes())
    data[second[1].offset + int(second[1].length * share)] ^= 0xFF
    sealed.write_bytes(data)
    found = scan(tmp_path, "lao_cai", sealed.name)
    assert [next(found) for _ in range(3)] == [first, *rest]
    with pytest.raises(SegmentDamaged, match=f"byte {second[1].offset} to {rest[0][1].offset}$"):
        next(found)
    with pytest.raises(ArchiveError):
        read(tmp_path, "lao_cai", second[1])
    assert read(tmp_path, "lao_cai", rest[0][1])[0] == rest[0][0]
    holes = [one for one in read_back(tmp_path, "lao_cai", sealed.name) if isinstance(one, Hole)]
    assert holes == [Hole(second[1].offset, rest[0][1].offset)]

    sealed.rename(sealed.with_name(f"{sealed.name}.open"))
    assert recover(tmp_path, "lao_cai") == [sealed.name]
    assert sealed.read_bytes() == data


def test_records_that_a_server_made_up_do_not_come_out_of_damage(tmp_path: Path) -> None:
    forged = write(tmp_path / "theirs", [replace(PAGE, run_id="r0", url="https://laocai.gov.vn/forged")])[0]
    members = (tmp_path / "theirs" / "lao_cai" / forged[1].segment).read_bytes()[forged[1].offset :]
    appended = write(tmp_path, pages(3, size=3000))
    sealed = tmp_path / "lao_cai" / appended[0][1].segment
    data = bytearray(sealed.read_bytes())
    place = appended[1][1].offset + 1000  # as if the body could not be compressed and its member's head was damaged
    data[place : place + len(members)] = members
    assert place + len(members) < appended[2][1].offset
    sealed.write_bytes(data)
    found = scan(tmp_path, "lao_cai", sealed.name)
    assert [next(found), next(found)] == [appended[0], appended[2]]
    with pytest.raises(SegmentDamaged):
        next(found)


def test_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    first, second = pages(2)
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        assert recover(tmp_path, "lao_cai") == []  # an empty one too
        one = writer.append(first)
        assert recover(tmp_path, "lao_cai") == []
        two = writer.append(second)
        assert list(scan(tmp_path, "lao_cai", one[1].segment)) == [one, two]
        assert read(tmp_path, "lao_cai", two[1])[0] == two[0]
    assert recover(tmp_path, "lao_cai") == []
    assert scan_all(tmp_path) == [one, two]


def test_a_growing_segment_is_scanned_on_from_where_one_was(tmp_path: Path) -> None:
    seen: list[tuple[Capture, Location]] = []
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        [name] = segments(tmp_path, "lao_cai")
        assert list(scan(tmp_path, "lao_cai", name)) == []
        for exchange in pages(5):
            appended = writer.append(exchange)
            offset = seen[-1][1].offset + seen[-1][1].length if seen else 0
            fresh = list(scan(tmp_path, "lao_cai", name, offset))
            assert fresh == [appended]
            seen += fresh
    assert list(scan(tmp_path, "lao_cai", name, seen[-1][1].offset + seen[-1][1].length)) == []
    assert scan_all(tmp_path) == seen


def test_readers_beside_a_writer_see_whole_pairs_only(tmp_path: Path, no_fsync: None) -> None:
    done = threading.Event()
    problems: list[object] = []
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        [name] = segments(tmp_path, "lao_cai")

        def watch() -> None:
            seen, offset = 0, 0
            while not (done.is_set() and seen >= 150) and not problems:
                for capture, location in scan(tmp_path, "lao_cai", name, offset):
                    if location.offset < offset or capture.url != f"https://laocai.gov.vn/{seen}":
                        problems.append((capture, location))
                    seen, offset = seen + 1, location.offset + location.length

        watcher = threading.Thread(target=watch)
        watcher.start()
        for exchange in pages(150, size=20_000):
            writer.append(exchange)
        done.set()
        watcher.join(60)
    assert not watcher.is_alive()
    assert not problems


WRITER = textwrap.dedent("""
    import random, sys
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.archive import Exchange, SegmentWriter
    from storage.vocabulary import Purpose
    archive, run_id = Path(sys.argv[1]), sys.argv[2]
    writer = SegmentWriter(archive, "lao_cai", run_id, 1, max_bytes=200_000)
    while True:
        body = random.randbytes(random.randrange(6000))
        capture, location = writer.append(
            Exchange(run_id, "lao_cai", Purpose.ARTICLE, "https://x.vn/", datetime.now(UTC), 200, "OK", (), body))
        print(capture.record_id, location.segment, location.offset, flush=True)
""")


@pytest.mark.parametrize("acknowledged", [1, 2, 90])
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), f"r{acknowledged}"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().split() for _ in range(acknowledged)]
        os.kill(process.pid, signal.SIGKILL)
        told += [line.split() for line in process.stdout if line.endswith("\n")]
    sealed = recover(tmp_path, "lao_cai")
    assert len(sealed) <= 1
    assert not list((tmp_path / "lao_cai").glob("*.open"))
    found = [[capture.record_id, location.segment, str(location.offset)] for capture, location in scan_all(tmp_path)]
    assert found[: len(told)] == told
    assert len(found) - len(told) in {0, 1}  # one may be on the disk and its answer not yet given
    with SegmentWriter(tmp_path, "lao_cai", f"r{acknowledged}", 1) as writer:
        _, location = writer.append(PAGE)
    assert location.segment not in {segment for _, segment, _ in told}


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files cannot grow beyond 30 kB: the write that crosses it is done in part, the next one fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_refusing_disk_leaves_no_part_of_a_record(tmp_path: Path, small_disk: None) -> None:
    first, second = pages(2, size=20_000)
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        one = writer.append(first)
        with pytest.raises(OSError, match="File too large"):
            writer.append(second)
        two = writer.append(PAGE)  # there is room for this
    assert scan_all(tmp_path) == [one, two]


def test_a_failing_fsync_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer:
        one = writer.append(PAGE)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", broken)
            with pytest.raises(OSError, match="Input/output"):
                writer.append(PAGE)
        two = writer.append(PAGE)
    assert scan_all(tmp_path) == [one, two]


def test_segments_roll(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, "lao_cai", "r1", 7, max_bytes=6500) as writer:
        appended = [writer.append(exchange) for exchange in pages(5, size=1500)]
        assert writer.segments == tuple(f"lao_cai-r1-{number:05d}.warc.gz" for number in (7, 8, 9))
    assert segments(tmp_path, "lao_cai") == list(writer.segments)
    assert scan_all(tmp_path) == appended
    for _, location in appended:
        assert (tmp_path / "lao_cai" / location.segment).stat().st_size <= 6500
    assert read(tmp_path, "lao_cai", appended[4][1])[0] == appended[4][0]


def test_a_record_larger_than_a_segment_gets_one_of_its_own(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1, max_bytes=100) as writer:
        appended = [writer.append(PAGE), writer.append(PAGE)]
    assert [location.segment for _, location in appended] == segments(tmp_path, "lao_cai")
    assert scan_all(tmp_path) == appended


def test_sealing(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path, "lao_cai", "r1", 1)
    assert writer.segments == ()
    assert writer.seal() == ""
    assert list((tmp_path / "lao_cai").iterdir()) == []
    writer = SegmentWriter(tmp_path, "lao_cai", "r1", 1)
    writer.append(PAGE)
    assert writer.seal() == "lao_cai-r1-00001.warc.gz"
    assert writer.seal() == ""
    assert writer.segments == ("lao_cai-r1-00001.warc.gz",)
    with pytest.raises(ArchiveError):
        writer.append(PAGE)


def test_a_taken_number_is_passed_over(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as first, SegmentWriter(tmp_path, "lao_cai", "r1", 1) as second:
        names = [writer.append(PAGE)[1].segment for writer in (first, second)]
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as third:
        names.append(third.append(PAGE)[1].segment)
    assert names == [f"lao_cai-r1-0000{number}.warc.gz" for number in (1, 2, 3)]


def test_nothing_there(tmp_path: Path) -> None:
    assert segments(tmp_path, "lao_cai") == []
    assert recover(tmp_path, "lao_cai") == []
    with pytest.raises(ArchiveError):
        list(scan(tmp_path, "lao_cai", "lao_cai-r1-00001.warc.gz"))
    [(_, location)] = write(tmp_path, [PAGE])
    with pytest.raises(ArchiveError):
        read(tmp_path, "lao_cai", replace(location, offset=location.offset + 1))
    with pytest.raises(ArchiveError):
        read(tmp_path, "lao_cai", replace(location, offset=10**9))


@pytest.mark.parametrize("word", ["", "..", "a/b", "../x", "a b", "a\0"])
def test_names_stay_inside_the_folder(tmp_path: Path, word: str) -> None:
    with pytest.raises(ValueError, match="segment's name"):
        SegmentWriter(tmp_path, word, "r1", 1)
    with pytest.raises(ValueError, match="segment's name"):
        SegmentWriter(tmp_path, "lao_cai", word, 1)
    with pytest.raises(ValueError, match="segment's name"):
        list(scan(tmp_path, "lao_cai", word))


def test_a_naive_time_is_refused(tmp_path: Path) -> None:
    with SegmentWriter(tmp_path, "lao_cai", "r1", 1) as writer, pytest.raises(ValueError, match="aware"):
        writer.append(replace(PAGE, fetched_at=datetime(2021, 1, 1)))  # noqa: DTZ001
