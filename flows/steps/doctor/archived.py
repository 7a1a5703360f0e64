"""I1, I3 and the archive's part of I10: one pass over the segments beside the rows that tell of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from flows.steps.doctor.model import REBUILD, RESTORE, Checked, Finding, Invariant, Scope
from storage import archive as warc
from storage.archive.store import store_of
from storage.database.models import capture, run
from storage.records import Location
from storage.vocabulary import CaptureState


@dataclass(slots=True)
class _Pass:
    """What a pass over the archive has found so far."""

    records: int = 0
    read: int = 0
    lost: list[Finding] = field(default_factory=list)
    bytes: list[Finding] = field(default_factory=list)
    secrets: list[Finding] = field(default_factory=list)


def archived(scope: Scope) -> tuple[Checked, Checked, Checked]:
    """Return what the archive says of I1, I3 and I10."""
    found = _Pass()
    on_disk = _segments(scope)
    for segment in sorted(on_disk):
        _examine(scope, segment, _rows(scope, segment), found)
    for segment, count in _noted(scope).items():
        if segment not in on_disk:
            found.read += count
            found.bytes.append(
                scope.finding(segment, f"tệp không còn trong kho lưu ({count} bản ghi được ghi nhận)", RESTORE)
            )
    return (
        Checked(Invariant.LOST, found.records, tuple(found.lost)),
        Checked(Invariant.BYTES, found.read, tuple(found.bytes)),
        Checked(Invariant.SECRETS, found.records if scope.secrets else 0, tuple(found.secrets)),
    )


def _segments(scope: Scope) -> set[str]:
    """Return the sealed segments in scope."""
    mine = "" if scope.run_id is None else f"{scope.name}-{scope.run_id}-"
    names = warc.segments(scope.archive, scope.name)
    still_open = _still_open(scope)
    return {name for name in names if name not in still_open and name.startswith(mine) and scope.holds(name)}


def _still_open(scope: Scope) -> set[str]:
    return {path.name.removesuffix(".open") for path in warc.open_segments(scope.archive, scope.name)}


def _noted(scope: Scope) -> dict[str, int]:
    """Return how many records the database tells of, by segment. Open segments are left out."""
    goes_on = select(run.c.id).where(run.c.id == capture.c.run_id, run.c.verdict.is_(None)).exists()
    query = scope.of_captures(select(capture.c.segment, func.count())).group_by(capture.c.segment)
    if store_of(scope.archive) is not None:
        query = query.where(~goes_on)  # on another machine, its open segment is there
    with scope.connect() as connection:
        noted = connection.execute(query).all()
    still_open = _still_open(scope)
    return {segment: count for segment, count in noted if segment not in still_open and scope.holds(segment)}


def _rows(scope: Scope, segment: str) -> dict[str, Any]:
    """Return what the database tells of the records of a segment, by record id."""
    run_id = warc.run_of_segment(scope.name, segment)
    query = (
        select(
            capture.c.record_id,
            capture.c.url,
            capture.c.state,
            capture.c.payload_sha256,
            capture.c.segment_offset,
            capture.c.segment_length,
        )
        .where(capture.c.portal == scope.name, capture.c.segment == segment, capture.c.run_id == run_id)
        .order_by(capture.c.seq)
    )
    with scope.connect() as connection:
        return {row.record_id: row for row in connection.execute(query)}


def _examine(scope: Scope, segment: str, rows: dict[str, Any], found: _Pass) -> None:
    holes: list[warc.Hole] = []
    for record in warc.read_back(scope.archive, scope.name, segment):
        if isinstance(record, warc.Hole):
            holes.append(record)
            continue
        found.records += 1
        _look_for_secrets(scope, record, found)
        row = rows.pop(record.capture.record_id, None)
        if row is None:
            found.lost.append(
                scope.finding(record.capture.url, f"bản ghi {record.capture.record_id} không có dòng nào", REBUILD)
            )
            continue
        found.read += 1
        found.lost += _unfinished(scope, row)
        found.bytes += _compared(scope, row, record)
    told: set[warc.Hole] = set()
    for row in rows.values():
        told.update(hole for hole in holes if hole.start <= row.segment_offset < hole.end)
        found.records += 1
        found.read += 1
        found.lost += _unfinished(scope, row)
        place = Location(segment, row.segment_offset, row.segment_length)
        try:
            record = warc.read_back_one(scope.archive, scope.name, place)
        except warc.ArchiveError as error:
            found.bytes.append(scope.finding(row.url, f"không đọc lại được bản ghi {row.record_id}: {error}", RESTORE))
            continue
        found.bytes += _compared(scope, row, record)
        _look_for_secrets(scope, record, found)
    for hole in holes:
        if hole not in told:
            what = f"tệp hỏng từ byte {hole.start} đến {hole.end}, chưa ghi nhận bản ghi nào ở đó"
            found.bytes.append(scope.finding(segment, what, RESTORE))


def _unfinished(scope: Scope, row: Any) -> Iterator[Finding]:
    if row.state == CaptureState.PENDING.value:
        yield scope.finding(row.url, f"bản ghi {row.record_id} chưa được đọc và nạp", "Chạy lại `congtin ingest`.")


def _compared(scope: Scope, row: Any, record: warc.ReadBack) -> Iterator[Finding]:
    if record.capture.record_id != row.record_id:
        what = f"ở chỗ ghi của {row.record_id} là bản ghi {record.capture.record_id}"
        yield scope.finding(row.url, what, REBUILD)
    elif (record.location.offset, record.location.length) != (row.segment_offset, row.segment_length):
        what = f"bản ghi {row.record_id} nằm ở byte {record.location.offset}, không phải {row.segment_offset}"
        yield scope.finding(row.url, what, REBUILD)
    elif record.payload_sha256 != row.payload_sha256:
        whose = "dòng" if record.payload_sha256 == record.capture.payload_sha256 else "kho lưu"
        what = f"sha256 của bản ghi {row.record_id} không khớp ({whose} sai)"
        yield scope.finding(row.url, what, REBUILD if whose == "dòng" else RESTORE)


def _look_for_secrets(scope: Scope, record: warc.ReadBack, found: _Pass) -> None:
    if any(secret.encode() in record.text for secret in scope.secrets):
        found.secrets.append(
            scope.finding(
                record.capture.url,
                f"bản ghi {record.capture.record_id} trong kho lưu có chứa một bí mật của cấu hình",
                "Đổi mật khẩu hoặc khóa đó ngay, rồi tìm vì sao trang có nó.",
            )
        )
