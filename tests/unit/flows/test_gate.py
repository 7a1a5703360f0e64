"""The second gate: what it holds, and what it must let through."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from flows.steps.gate import ENOUGH, SAMPLE, WINDOW, Gate, Usual
from storage.database.figures import Figures
from storage.database.load import Held, ReadResult
from storage.database.loading.derived import version_hash
from storage.records import VIETNAM, Article, Kind, ListingItem, Provenance, Refusal
from storage.vocabulary import HeldReason, RefusalKind
from tests.unit.database.makers import article, capture, row

FRAME = "div.wrap>div.noidung"
FULL = frozenset({"lead", "published_at", "text"})
HISTORY = [Figures(FRAME, 300 + number, FULL) for number in range(ENOUGH + 10)]


def page(number: int, *, frame: str = FRAME, title: str = "", words: int = 300, **fields: Any) -> ReadResult:
    name = title or f"Bài số {number}"
    url = f"https://laocai.gov.vn/tin/{number}"
    text = fields.pop("text", " ".join(f"từ{number}-{place}" for place in range(words)))
    found = article(url, text, title=name, provenance={"frame": Provenance("path", frame)}, **fields)
    return row(capture(url, item=ListingItem(url, f"Bài số {number}")), found)


def poor(number: int, *, frame: str = FRAME) -> ReadResult:
    """A page whose date and lead are not found."""
    return page(number, frame=frame, lead=None, published_at=None)


def through(gate: Gate, results: Sequence[ReadResult], shown: dict[str, str] | None = None) -> list[ReadResult]:
    """What comes out, in the order in which it went in; batches of one and of all give the same."""
    out = [passed for result in results for passed in gate.admit([result], shown or {})]
    return [*out, *gate.finish()]


def held(results: Sequence[ReadResult]) -> list[str]:
    return [result.outcome.reason for result in results if isinstance(result.outcome, Held)]


def gate() -> Gate:
    return Gate(Usual.of(HISTORY))


def test_pages_as_usual_pass() -> None:
    results = [page(number) for number in range(30)]
    assert through(gate(), results) == results


def test_a_new_skin_that_reads_as_well_passes() -> None:
    assert held(through(gate(), [page(number, frame="main>article") for number in range(30)])) == []


@pytest.mark.parametrize("count", [1, 12])
def test_a_new_skin_that_loses_fields_is_held(count: int) -> None:
    judged = gate()
    out = through(judged, [poor(number, frame="main>article") for number in range(count)])
    assert held(out) == [HeldReason.DRIFTED] * count
    detail = out[0].outcome.detail  # type: ignore[union-attr]
    assert "published_at 100% → trống" in detail
    assert "main>article" in detail
    assert "https://laocai.gov.vn/tin/0" in judged.evidence()


def test_a_new_skin_that_loses_the_text_is_held() -> None:
    out = through(gate(), [page(number, frame="main>article", words=5) for number in range(6)])
    assert held(out) == [HeldReason.SHRUNK] * 6


def test_one_poor_page_in_the_known_frame_is_the_publishers_affair() -> None:
    results = [page(number) for number in range(12)] + [poor(99)]
    assert held(through(gate(), results)) == []


def test_most_pages_poor_in_the_known_frame_is_drift() -> None:
    judged = gate()
    out = through(judged, [page(0), *(poor(number) for number in range(1, SAMPLE + 2))])
    assert held(out) == [HeldReason.DRIFTED] * (SAMPLE + 1)
    assert "lead 100% → 14%" in judged.evidence()


def test_without_a_history_only_a_shared_text_is_held() -> None:
    fresh = Gate(Usual.of(HISTORY[: ENOUGH - 1]))
    assert held(through(fresh, [poor(number, frame=f"div.{number}") for number in range(12)])) == []


def test_a_standing_page_needs_no_date() -> None:
    standing = page(1, frame="div.trang", kind=Kind.PAGE, lead=None, published_at=None)
    assert held(through(gate(), [standing])) == []


def test_a_text_under_many_titles_is_held_from_the_first_page_on() -> None:
    notice = "Hệ thống đang được nâng cấp để phục vụ tốt hơn, mời quý vị quay lại sau ít phút nữa, xin cảm ơn"
    good = [page(number) for number in range(20)]
    out = through(gate(), [*good, *(page(100 + number, text=notice, title="Thông báo") for number in range(4))])
    assert held(out) == [HeldReason.SHARED_TEXT] * 4


def test_a_sick_portal_is_not_believed_any_more() -> None:
    notice = "Hệ thống đang được nâng cấp để phục vụ tốt hơn, mời quý vị quay lại sau ít phút nữa, xin cảm ơn"
    results = [page(100 + number, text=notice, title="Thông báo") for number in range(6)] + [page(1)]
    assert held(through(Gate(Usual.of([])), results)) == [HeldReason.SHARED_TEXT] * 6 + [HeldReason.SICK_RUN]


def test_one_article_in_many_sections_passes() -> None:
    same = "Một bài được đăng ở nhiều chuyên mục của cổng với cùng một nội dung và một tiêu đề duy nhất của bài ấy"
    results = [page(number, text=same, title="Bài chung") for number in range(8)]
    listed = [
        replace(one, capture=replace(one.capture, item=ListingItem(one.capture.url, "BÀI CHUNG"))) for one in results
    ]
    assert held(through(gate(), listed)) == []


def test_what_is_shown_already_passes_whatever_the_frame() -> None:
    known = poor(1, frame="main>article")
    assert isinstance(known.outcome, Article)
    assert through(gate(), [known], {known.capture.record_id: version_hash(known.outcome)}) == [known]


def test_refusals_pass_at_once_and_the_last_pages_wait() -> None:
    judged = gate()
    refused = row(capture("https://laocai.gov.vn/x"), Refusal("https://laocai.gov.vn/x", RefusalKind.LOGIN, "", "1"))
    pages = [page(number) for number in range(WINDOW)]
    assert judged.admit([*pages, refused], {}) == [refused]
    assert judged.finish() == pages
    assert judged.finish() == []


def dated(number: int, listed: str, read: datetime | None) -> ReadResult:
    made = page(number, published_at=read)
    item = ListingItem(made.capture.url, f"Bài số {number}", listed)
    return replace(made, capture=replace(made.capture, item=item))


DATED = [
    replace(
        one, listed=f"{number % 28 + 1:02}/03/2025", published_at=datetime(2025, 3, number % 28 + 1, tzinfo=VIETNAM)
    )
    for number, one in enumerate(HISTORY)
]


@pytest.mark.parametrize("known", [False, True])
def test_day_and_month_that_change_places_are_held(known: bool) -> None:
    """By itself where it shows (one that says the old text too), by the share of pages where the day is none."""
    wrong = dated(1, "05/03/2025", datetime(2025, 5, 3, tzinfo=VIETNAM))
    right = dated(2, "03/03/2025", datetime(2025, 3, 3, tzinfo=VIETNAM))
    shown = {one.capture.record_id: version_hash(one.outcome) for one in (wrong, right)} if known else {}  # type: ignore[arg-type]
    assert held(through(Gate(Usual.of(DATED)), [wrong, right], shown)) == [HeldReason.DRIFTED]
    none = [dated(number, f"{number + 13}/03/2025", None) for number in range(8)]
    assert held(through(Gate(Usual.of(DATED)), none)) == [HeldReason.DRIFTED] * 8


def test_dates_that_never_were_those_of_the_listing_are_no_drift() -> None:
    apart = [replace(one, published_at=datetime(2024, 3, 5, tzinfo=VIETNAM)) for one in DATED]
    wrong = [dated(number, "05/03/2025", datetime(2025, 5, 3, tzinfo=VIETNAM)) for number in range(8)]
    for history in (apart, HISTORY, DATED[: ENOUGH - 1]):
        assert held(through(Gate(Usual.of(history)), wrong)) == []


def test_a_few_dates_beside_the_listing_pass() -> None:
    moved = [dated(number, "05/03/2025", datetime(2025, 3, 6, tzinfo=VIETNAM)) for number in range(SAMPLE - 1)]
    assert held(through(Gate(Usual.of(DATED)), moved)) == []
    many = [dated(number, "05/03/2025", datetime(2025, 3, 6, tzinfo=VIETNAM)) for number in range(3 * SAMPLE)]
    assert held(through(Gate(Usual.of(DATED)), many)) == [HeldReason.DRIFTED] * 3 * SAMPLE
