"""Texts compared: editions told from edits, edits found, nothing found where there is nothing."""

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.database.links.candidates import Held, Numbers, Signed, choose
from storage.similar.compare import MIN_WORDS, Likeness, Prepared, compare
from storage.similar.signature import keys_of
from storage.similar.words import word_hashes
from storage.vocabulary import LinkKind
from tests.texts import Edit, extended, light, middling, news
from tests.unit.similar.notices import HARD, SERIAL

TITLE = "Thông báo"


def likeness(one: str, other: str, *titles: str) -> Likeness | None:
    first, second = titles or (TITLE, TITLE)
    result = compare(Prepared(first, one), Prepared(second, other))
    assert result == compare(Prepared(second, other), Prepared(first, one))
    return result


def kind(one: str, other: str, *titles: str) -> LinkKind | None:
    found = likeness(one, other, *titles)
    return found.kind if found else None


def test_there_are_enough_serial_pairs() -> None:
    assert len(set(SERIAL)) >= 50


@pytest.mark.parametrize(("one", "other"), SERIAL + HARD, ids=lambda text: text[:30])
def test_editions_of_a_notice_are_serial(one: str, other: str) -> None:
    assert kind(one, other) is LinkKind.SERIAL
    assert kind(one, f"{other}\nTheo Cổng Thông tin điện tử tỉnh") is LinkKind.SERIAL
    assert candidates([one, other]) == [[], [0]]


def keys(text: str) -> Numbers:
    return keys_of([word_hashes(text)])[0].view(np.int64)


def candidates(texts: list[str]) -> list[list[int]]:
    """Return of each of some texts, numbered in their order, which of those before it are compared with it."""
    held = [some.view(np.int64) for some in keys_of([word_hashes(text) for text in texts])]
    every = np.unique(np.concatenate(held))
    nobody = Held(every, np.zeros(len(every), dtype=np.int64), np.empty(0, dtype=np.int64))
    return list(choose(Signed(np.arange(len(texts)), held), nobody).candidates)


@pytest.mark.parametrize("text", [SERIAL[0][0], HARD[0][0], news(1)], ids=["notice", "pattern", "news"])
def test_spelling_makes_no_difference(text: str) -> None:
    other = text.upper().replace("HÒA", "HOÀ").replace(", ", " - ").replace("Đ", "Ð") + "./."
    assert likeness(text, other) == Likeness(LinkKind.EXACT, 1.0, 1.0)


def test_one_text_under_titles_of_two_periods_is_serial() -> None:
    titles = "Lịch tiếp công dân tháng 3", "Lịch tiếp công dân tháng 4"
    assert kind(news(1), news(1), *titles) is LinkKind.SERIAL
    assert kind(news(1), news(1), titles[0], "Tiếp công dân định kỳ") is LinkKind.EXACT
    assert kind(news(1), news(1), titles[0], "Lịch tiếp công dân") is LinkKind.EXACT


def test_notices_of_two_offices_with_numbers_of_their_own_are_serial() -> None:
    bodies = [
        f"Chủ tịch UBND {level} tiếp công dân định kỳ vào ngày 12/4/2025, từ 07 giờ 30 đến 11 giờ 30 tại Trụ sở Tiếp công "
        f"dân. {office} cử cán bộ ghi chép, phân loại đơn thư và chuẩn bị hồ sơ của {count} vụ việc đã đăng ký. Công dân đến "
        "làm việc mang theo giấy tờ tùy thân và các tài liệu liên quan đến nội dung khiếu nại, tố cáo, kiến nghị, phản ánh. "
        f"Thông báo này thay cho thông báo của tháng trước và được niêm yết tại {place}."
        for level, office, count, place in (
            ("huyện", "Văn phòng Đăng ký đất đai", 9, "Hòn Nghệ"),
            ("tỉnh", "Trung tâm Nước sạch nông thôn", 11, "Y Tý"),
        )
    ]
    titles = [
        f"Thông báo số {number}/TB-VP về lịch tiếp công dân tháng 4/2025 của UBND {level}"
        for number, level in ((240, "huyện"), (259, "tỉnh"))
    ]
    assert kind(*bodies, *titles) is LinkKind.SERIAL


def test_a_figure_corrected_in_a_credited_reprint_is_no_other_edition() -> None:
    one, other = (
        Prepared(TITLE, SERIAL[0][0]),
        Prepared(TITLE, SERIAL[0][0].replace("phòng họp số 2", "phòng họp số 5")),
    )
    plain, credited = compare(one, other), compare(one, other, credited=True)
    assert (plain and plain.kind, credited and credited.kind) == (LinkKind.SERIAL, LinkKind.NEAR)


@pytest.mark.parametrize("slip", ["Nguyễn Vưn Hùng", "Nguyễn Văn Hugn", "Nguyễn Văn Hùn"])
def test_a_name_misspelt_is_no_other_name(slip: str) -> None:
    text = HARD[0][0]
    assert kind(text, text.replace("Nguyễn Văn Hùng", slip)) in {LinkKind.NEAR, LinkKind.EXACT}


@pytest.mark.parametrize("text", ["", " ", "…", " ".join(news(1).split()[: MIN_WORDS - 5])], ids=repr)
def test_empty_and_short_texts_are_like_nothing(text: str) -> None:
    assert kind(text, text) is None


def test_keys_of_a_text_are_its_own_whatever_stands_beside_it() -> None:
    texts = [news(1), "", "12 13", news(2), SERIAL[0][0], "12", "Tin 5", HARD[0][1]]
    together = keys_of([word_hashes(text) for text in texts])
    assert [one.view(np.int64).tolist() for one in together] == [keys(text).tolist() for text in texts]
    assert len(keys(SERIAL[0][0])) >= 8
    assert [len(keys(text)) for text in ("", "12", "một hai ba")] == [0, 1, 1]


RECALL: list[tuple[Edit, float, set[LinkKind]]] = [
    (light, 0.99, {LinkKind.EXACT, LinkKind.NEAR}),
    (middling, 0.98, {LinkKind.EXACT, LinkKind.NEAR, LinkKind.EXTENDED}),
    (extended, 0.97, {LinkKind.NEAR, LinkKind.EXTENDED}),
]


@pytest.mark.parametrize(("edit", "floor", "kinds"), RECALL, ids=["light", "middling", "extended"])
def test_edits_are_found(edit: Edit, floor: float, kinds: set[LinkKind]) -> None:
    rng = Random("edits")
    texts = [news(number) for number in range(300)]
    edits = [edit(rng, text) for text in texts]
    chosen = candidates([*texts, *edits])[len(texts) :]
    pairs = enumerate(zip(texts, edits, strict=True))
    found = sum(number in chosen[number] and kind(*pair) in kinds for number, pair in pairs)
    assert found >= floor * len(texts)


def test_no_false_pair_in_75_000() -> None:
    texts = [Prepared(TITLE, news(number)) for number in range(388)]
    pairs = list(combinations(texts, 2))
    assert len(pairs) > 75_000
    assert [found for one, other in pairs if (found := compare(one, other)) is not None] == []


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=400), st.text(max_size=400))
def test_any_text_is_signed_and_compared(one: str, other: str) -> None:
    for text in (one, other, one * 60):
        assert len(keys(text)) == len(set(keys(text))) <= 27
    longer = f"{one} {news(1)}", f"{other} {news(2)}"
    assert kind(longer[0], longer[0]) is LinkKind.EXACT
    kind(*longer)
    kind(one * 60, other * 60)


def test_a_long_text_takes_linear_time() -> None:
    for text in ("a" * 400_000, "1/" * 200_000, "a1-" * 150_000, "Nguyễn " * 60_000, "1 a " * 60_000):
        compare(Prepared(TITLE, text), Prepared(TITLE, f"{text} khác"))
        keys(text)
