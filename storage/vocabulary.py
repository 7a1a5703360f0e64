"""The closed vocabularies: refusal kinds, capture states, run verdicts.

Code, docs, views and the operator's screen use only these words. Each enum's value is what is stored; each table beside
it carries the Vietnamese label that people read.
"""

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """Why a request was sent."""

    ROBOTS = "robots"
    LISTING = "listing"
    ARTICLE = "article"
    PAGE = "page"
    """A further page of an article that is split over several."""
    ATTACHMENT = "attachment"


class RefusalKind(StrEnum):
    """Why a page is not an article."""

    LOGIN = "login"
    SEARCH = "search"
    LISTING = "listing"
    HOME = "home"
    SITEMAP = "sitemap"
    DIRECTORY = "directory"
    CITIZEN_QA = "citizen_qa"
    """Of a section in which citizens ask and complain: off by default, whatever the page holds."""
    POLL = "poll"
    FORM = "form"
    ERROR = "error"
    MAINTENANCE = "maintenance"
    BLOCK = "block"
    CHALLENGE = "challenge"
    EMPTY = "empty"
    NOT_HTML = "not_html"
    UNDECODABLE = "undecodable"
    TOO_COMPLEX = "too_complex"
    READER_KILLED = "reader_killed"
    READER_FAILED = "reader_failed"


REFUSAL_LABELS: dict[RefusalKind, str] = {
    RefusalKind.LOGIN: "trang đăng nhập",
    RefusalKind.SEARCH: "trang tìm kiếm",
    RefusalKind.LISTING: "trang danh sách",
    RefusalKind.HOME: "trang chủ",
    RefusalKind.SITEMAP: "sơ đồ cổng",
    RefusalKind.DIRECTORY: "danh bạ",
    RefusalKind.CITIZEN_QA: "hỏi đáp, phản ánh của công dân (mặc định không thu)",
    RefusalKind.POLL: "trang thăm dò ý kiến",
    RefusalKind.FORM: "biểu mẫu",
    RefusalKind.ERROR: "trang báo lỗi",
    RefusalKind.MAINTENANCE: "trang bảo trì",
    RefusalKind.BLOCK: "trang chặn truy cập",
    RefusalKind.CHALLENGE: "trang kiểm tra trình duyệt",
    RefusalKind.EMPTY: "trang không có nội dung",
    RefusalKind.NOT_HTML: "không phải trang HTML",
    RefusalKind.UNDECODABLE: "không giải mã được",
    RefusalKind.TOO_COMPLEX: "trang quá lớn hoặc quá phức tạp",
    RefusalKind.READER_KILLED: "đọc quá thời hạn",
    RefusalKind.READER_FAILED: "bộ đọc gặp lỗi",
}


class FetchError(StrEnum):
    """Why an exchange gave no usable response. `ROBOTS`, `SCOPE`, `PRIVATE` and `BUDGET` were never sent.

    `ARCHIVE`: the record of the response is damaged, or its file is not there.
    """

    ROBOTS = "robots"
    SCOPE = "scope"
    PRIVATE = "private_section"
    """In a section that holds private persons' affairs, which the portal's file does not open."""
    BUDGET = "budget"
    HOST_CLOSED = "host_closed"
    TIMEOUT = "timeout"
    DNS = "dns"
    REFUSED = "connection_refused"
    CONNECTION = "connection_lost"
    TLS = "tls"
    CUT = "cut_body"
    TOO_LARGE = "too_large"
    HTTP = "http_status"
    REDIRECT = "redirect"
    PROTOCOL = "protocol"
    ARCHIVE = "archive"


class CaptureState(StrEnum):
    """What became of an archived response."""

    PENDING = "pending"
    """Indexed, not yet processed."""
    STORED = "stored"
    """An article: new, or a new version, or another address of a known one."""
    SAME = "same"
    """An article whose title and full text are as known, or a 304."""
    REFUSED = "refused"
    """Not an article; `state_reason` is a `RefusalKind`."""
    HELD = "held"
    """An article that a gate keeps back for a person."""
    ERROR = "error"
    """An HTTP error or a cut response; `state_reason` is a `FetchError` or the status."""
    QUARANTINED = "quarantined"
    """The record itself could not be stored; the reason says why."""
    REJECTED = "rejected"
    """A person has said that this page stays out; `state_reason` is who, `detail` why."""
    NOTED = "noted"
    """Robots, listings and attachments: read, nothing to store as an article."""


class HeldReason(StrEnum):
    """Why a gate keeps a page back for a person."""

    DRIFTED = "drifted"
    SHRUNK = "shrunk"
    SHARED_TEXT = "shared_text"
    SICK_RUN = "sick_run"


HELD_LABELS: dict[HeldReason, str] = {
    HeldReason.DRIFTED: "mẫu trang lạ, thiếu trường vẫn có",
    HeldReason.SHRUNK: "mẫu trang lạ, bài ngắn hẳn đi",
    HeldReason.SHARED_TEXT: "nhiều địa chỉ chung một nội dung",
    HeldReason.SICK_RUN: "giữ cả lượt: quá nhiều trang chung nội dung",
}


class Decision(StrEnum):
    """What a person decided of a page."""

    RELEASED = "released"
    REJECTED = "rejected"


DECISION_LABELS: dict[Decision, str] = {
    Decision.RELEASED: "cho qua",
    Decision.REJECTED: "bác",
}


class Change(StrEnum):
    """Kinds of row in the change feed."""

    CREATED = "created"
    UPDATED = "updated"
    REREAD = "reread"
    RELINKED = "relinked"
    GONE = "gone"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


class Cause(StrEnum):
    """Whose doing a change is."""

    SOURCE = "source"
    REREAD = "reread"
    CORRECTION = "correction"


class LinkKind(StrEnum):
    """How two articles are alike."""

    EXACT = "exact"
    """The same words; case, marks and punctuation aside."""
    NEAR = "near"
    """One piece, edited: a reprint with other words here and there, sentences dropped or moved."""
    EXTENDED = "extended"
    """One holds the other and much more."""
    SERIAL = "serial"
    """Editions of one notice, or one pattern: they differ in numbers, periods, dates, figures or names."""


LINK_LABELS: dict[LinkKind, str] = {
    LinkKind.EXACT: "cùng nội dung",
    LinkKind.NEAR: "gần như một bài",
    LinkKind.EXTENDED: "bản mở rộng",
    LinkKind.SERIAL: "thông báo định kỳ, cùng mẫu",
}


class FirstBasis(StrEnum):
    """By what it is told which of two articles was first."""

    CREDIT = "credit"
    """The other one, on another portal, prints a source credit."""
    PUBLISHED = "published"
    """Its printed date or time is earlier."""
    SEEN = "seen"
    """It was seen earlier."""


class ExportFormat(StrEnum):
    """Formats of an export: the endings of its files."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


class PressTexts(StrEnum):
    """What of the pieces of a press portal, or of one whose kind is unknown, is exported.

    Official texts and plain news of the day are free (Luật Sở hữu trí tuệ, điều 15); a paper's own articles are not.
    """

    METADATA = "metadata"
    """Everything but lead and text: title, dates, address."""
    TEXT = "text"
    """Everything: for who may use the texts."""
    NONE = "none"
    """Nothing."""


class PrefectState(StrEnum):
    """The Prefect state types that a verdict may end a run in."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    CRASHED = "CRASHED"


class Verdict(StrEnum):
    """How a run ended."""

    OK = "ok"
    QUIET = "quiet"
    PARTIAL = "partial"
    FROZEN = "frozen"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELLED = "cancelled"
    TOO_LITTLE = "too_little"
    HALF = "half"
    MANY_REFUSED = "many_refused"
    DRIFTED = "drifted"
    REDIRECTED = "redirected"
    MOVED = "moved"
    GONE = "gone"
    BLOCKED = "blocked"
    ROBOTS = "robots"
    UNREACHABLE = "unreachable"
    DEGRADED = "degraded"
    BROKEN = "broken"
    FAILED = "failed"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class VerdictFacts:
    """What a verdict means to the operator, to Prefect and to a shell.

    Attributes:
        label: Vietnamese, as shown to operators.
        meaning: Vietnamese, one sentence.
        prefect_state: the type of the flow run's final state.
        exit_code: of `congtin ingest`.
        loaded: whether the pages that the run read are in the database when it ends (batches are loaded while the
            crawl goes on, so a run that ends badly has loaded what it read before).
        notified: whether a person is told; then the state is never COMPLETED.
        todo: Vietnamese, what the operator does; empty if nothing.
    """

    label: str
    meaning: str
    prefect_state: PrefectState
    exit_code: int
    loaded: bool
    notified: bool
    todo: str = ""


_DONE, _FAIL = PrefectState.COMPLETED, PrefectState.FAILED

VERDICTS: dict[Verdict, VerdictFacts] = {
    Verdict.OK: VerdictFacts("Tốt", "Đã đọc hết danh sách và nạp bài.", _DONE, 0, True, False),
    Verdict.QUIET: VerdictFacts("Yên ắng", "Danh sách đọc đủ, không có gì mới.", _DONE, 0, True, False),
    Verdict.PARTIAL: VerdictFacts(
        "Dở dang", "Dừng theo hạn mức; lần chạy sau đi tiếp, không mất bài.", _DONE, 0, True, False
    ),
    Verdict.FROZEN: VerdictFacts(
        "Không thu", "Cổng đã ngừng theo vòng đời, không gửi yêu cầu nào.", _DONE, 0, False, False
    ),
    Verdict.SKIPPED: VerdictFacts(
        "Bỏ qua: đang chạy",
        "Một lần chạy khác của cổng này, hay của cổng cùng máy chủ, đang làm việc.",
        PrefectState.CANCELLED,
        75,
        False,
        False,
    ),
    Verdict.MISSED: VerdictFacts(
        "Bỏ qua: lỡ lịch",
        "Giờ hẹn đã qua; một lần chạy sau giờ ấy làm thay.",
        PrefectState.CANCELLED,
        75,
        False,
        False,
    ),
    Verdict.CANCELLED: VerdictFacts(
        "Đã hủy", "Người vận hành hủy; phần đã lưu được giữ, lần sau đi tiếp.", PrefectState.CANCELLED, 130, True, False
    ),
    Verdict.TOO_LITTLE: VerdictFacts(
        "Thu quá ít",
        "Danh sách cho ít dòng hơn mức sàn của cổng.",
        _FAIL,
        20,
        True,
        True,
        "Mở trang danh sách của cổng, xem mẫu trang có đổi không.",
    ),
    Verdict.HALF: VerdictFacts(
        "Thiếu một phần",
        "Có danh sách hoặc nhiều bài không tải được.",
        _FAIL,
        21,
        True,
        True,
        "Xem các lỗi tải trong bảng; chạy lại khi cổng ổn định.",
    ),
    Verdict.MANY_REFUSED: VerdictFacts(
        "Nhiều trang bị từ chối",
        "Tỷ lệ trang không phải bài viết vượt mức của cổng.",
        _FAIL,
        22,
        True,
        True,
        "Xem lý do từ chối và mở vài trang để kiểm tra.",
    ),
    Verdict.DRIFTED: VerdictFacts(
        "Mẫu trang thay đổi",
        "Nhiều bài thiếu trường mà cổng này vẫn có; trang nghi ngờ được giữ lại, không thay bài nào.",
        _FAIL,
        23,
        True,
        True,
        "Xem `congtin held`; sửa quy tắc đọc của cổng, hoặc cho qua hay bác từng trang.",
    ),
    Verdict.REDIRECTED: VerdictFacts(
        "Chuyển hướng lạ",
        "Cổng chuyển hướng sang máy chủ khác, mới thấy trong một ngày.",
        _FAIL,
        30,
        False,
        True,
        "Chờ lần chạy ngày sau: còn chuyển hướng thì cổng được coi là đã chuyển.",
    ),
    Verdict.MOVED: VerdictFacts(
        "Cổng đã chuyển",
        "Cổng chuyển hướng sang máy chủ khác, đã thấy ở hai ngày.",
        _FAIL,
        24,
        False,
        True,
        "Kiểm tra địa chỉ mới, đổi lifecycle và successor trong tệp của cổng.",
    ),
    Verdict.GONE: VerdictFacts(
        "Cổng không còn",
        "Danh sách trả lời 404/410 hoặc tên miền không còn, đã thấy ở hai ngày.",
        _FAIL,
        25,
        False,
        True,
        "Xác minh, rồi đổi lifecycle trong tệp của cổng.",
    ),
    Verdict.BLOCKED: VerdictFacts(
        "Bị chặn",
        "Cổng từ chối máy thu (403, 429, trang chặn hoặc kiểm tra trình duyệt).",
        _FAIL,
        26,
        True,
        True,
        "Không vượt rào. Liên hệ đơn vị quản lý cổng hoặc giảm nhịp thu.",
    ),
    Verdict.ROBOTS: VerdictFacts(
        "robots.txt không cho phép",
        "robots.txt cấm các danh sách, hoặc không đọc được robots.txt.",
        _FAIL,
        27,
        False,
        True,
        "Xem robots.txt của cổng.",
    ),
    Verdict.UNREACHABLE: VerdictFacts(
        "Không kết nối được",
        "Máy chủ không trả lời, TLS hỏng, lỗi 5xx, hoặc mới một ngày không thấy danh sách hay tên miền.",
        _FAIL,
        28,
        True,
        True,
        "Thử mở cổng bằng trình duyệt; chạy lại sau.",
    ),
    Verdict.DEGRADED: VerdictFacts(
        "Suy giảm",
        "Hết đĩa hoặc cơ sở dữ liệu ngừng; trang đã tải nằm trong kho lưu.",
        _FAIL,
        29,
        False,
        True,
        "Giải phóng đĩa hoặc khởi động lại cơ sở dữ liệu, rồi chạy lại.",
    ),
    Verdict.BROKEN: VerdictFacts(
        "Sai bất biến",
        "Kho lưu và cơ sở dữ liệu không khớp nhau.",
        _FAIL,
        31,
        True,
        True,
        "Chạy `congtin doctor`, làm theo việc được nêu ở từng phát hiện.",
    ),
    Verdict.FAILED: VerdictFacts("Lỗi", "Lỗi ngoài dự kiến.", _FAIL, 1, False, True, "Xem nhật ký của lần chạy."),
    Verdict.CRASHED: VerdictFacts(
        "Đứt giữa chừng",
        "Tiến trình bị giết; lần chạy sau đi tiếp từ kho lưu.",
        PrefectState.CRASHED,
        70,
        False,
        True,
        "Chạy lại; nếu lặp lại, xem bộ nhớ và nhật ký.",
    ),
}
