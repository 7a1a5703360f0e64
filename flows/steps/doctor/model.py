"""What a check looks at, and what it says."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select

from crawlers.plan import CrawlReport
from crawlers.portal import Portal
from storage.database.models import capture
from storage.vocabulary import Verdict


class Invariant(StrEnum):
    """What always holds of an installation."""

    LOST = "I1"
    TWICE = "I2"
    BYTES = "I3"
    REREAD = "I4"
    FRONTIER = "I5"
    MONOTONE = "I6"
    BOUNDED = "I7"
    HONEST = "I8"
    CLOCKS = "I9"
    SECRETS = "I10"


LABELS: dict[Invariant, str] = {
    Invariant.LOST: "không mất: mỗi bản ghi một dòng đã xong",
    Invariant.TWICE: "không lặp: khóa duy nhất, không phiên bản trùng",
    Invariant.BYTES: "đúng từng byte: sha256 đọc lại khớp",
    Invariant.REREAD: "đọc lại ra đúng văn bản cũ",
    Invariant.FRONTIER: "địa chỉ đã liệt kê: đã tải hoặc có lý do",
    Invariant.MONOTONE: "trang hỏng không thay bài; biến mất có bằng chứng",
    Invariant.BOUNDED: "trong hạn mức, không sót tệp, khóa, tiến trình",
    Invariant.HONEST: "kết cục khớp số đếm",
    Invariant.CLOCKS: "thứ tự theo số, không theo đồng hồ",
    Invariant.SECRETS: "không lộ mật khẩu, khóa bí mật",
}

REBUILD = "Tạo cơ sở dữ liệu trống, chạy `congtin db upgrade` rồi `congtin db rebuild`."
"""What helps where rows are lost or wrong: the archive has everything."""
RESTORE = "Lấy lại tệp từ bản sao lưu; nếu không có, tải lại bằng `congtin ingest --full`."
"""What helps where the archive itself is damaged."""
AGAIN = "Chạy lại `congtin ingest` của cổng."
NIGHTLY = "Báo người phát triển, kèm tệp `--json`."


STREAM = 1000
"""Rows held in memory at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not be: what it is about (an address, a record, a file), what is wrong, what to do."""

    portal: str
    subject: str
    what: str
    todo: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check has seen: how many things, and what is wrong with them."""

    invariant: Invariant
    count: int
    findings: tuple[Finding, ...] = ()

    @property
    def label(self) -> str:
        """The invariant in Vietnamese."""
        return LABELS[self.invariant]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    verdict: Verdict
    counts: Mapping[str, Any]
    report: CrawlReport | None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is examined: a portal, of all its runs or of one.

    Attributes:
        engine: the database.
        archive, var: folders of the settings.
        name: the portal's name.
        portal: its file's facts; None if it has no file any more.
        run_id: the run; None for all.
        ended: how the run ended; None for all runs, or one that goes on.
        live: whether this very run asks, as its last act: its locks are held, its row is open.
        secrets: what must appear nowhere.
        part: of so many equal parts of the archive's segments, which: (0, 1) is the whole.
    """

    engine: Engine
    archive: Path
    var: Path
    name: str
    portal: Portal | None
    run_id: str | None = None
    ended: Ended | None = None
    live: bool = False
    secrets: Sequence[str] = field(default=(), repr=False)
    part: tuple[int, int] = (0, 1)

    def holds(self, segment: str) -> bool:
        """Whether a segment lies in the part of the archive that is looked at."""
        which, parts = self.part
        return zlib.crc32(segment.encode()) % parts == which

    def of_captures(self, query: Select[Any]) -> Select[Any]:
        """Return a query of captures for those in scope."""
        mine = query.where(capture.c.portal == self.name)
        return mine if self.run_id is None else mine.where(capture.c.run_id == self.run_id)

    def finding(self, subject: str, what: str, todo: str) -> Finding:
        """Return a finding of this portal."""
        return Finding(self.name, subject, what, todo)

    def connect(self) -> Connection:
        """Return a connection for reading, row by row: what is examined may be larger than memory."""
        return self.engine.connect().execution_options(yield_per=STREAM)


def chunks(values: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """Yield values in pieces that fit one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
