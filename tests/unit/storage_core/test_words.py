"""Words for searching."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.document_numbers import asked_number, find_numbers
from storage.text import printed_month
from storage.words import folded, marked_word, words


@given(st.text() | st.text(alphabet="Đđồốộaà \u0301\u0300“”–_1.Ððﬁ漢"))
def test_a_text_folds_as_its_words_do(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert folded(composed) == " ".join(key for one in words(composed) if (key := folded(one.text)))
    assert re.fullmatch(r"(?:[^\W_]+(?: [^\W_]+)*)?", folded(composed)) or not folded(composed).isascii()


@pytest.mark.parametrize(("one", "two"), [("hoà", "hòa"), ("thuỷ", "thủy"), ("KHOẺ", "khỏe"), ("Đồng", "đồng")])
def test_a_tone_may_stand_on_either_vowel(one: str, two: str) -> None:
    assert marked_word(one) == marked_word(two)


@pytest.mark.parametrize(("one", "two"), [("đồng", "đông"), ("đồng", "dồng"), ("tháp", "thấp")])
def test_other_marks_are_another_word(one: str, two: str) -> None:
    assert marked_word(one) != marked_word(two)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Nghị định số 27/2018/NĐ-CP", ["27/2018/NDCP"]),
        ("56/ 2015/ NĐ - CP", ["56/2015/NDCP"]),
        ("61/2018/NĐCP; 01/1999/QĐ.UB", ["61/2018/NDCP", "1/1999/QDUB"]),
        ("30c/NQ-CP, 77/2015/QH13", ["30C/NQCP", "77/2015/QH13"]),
        ("66-QĐ/TW, 17-KH/TU", ["66/QDTW", "17/KHTU"]),
        ("2231/SNV-CCHC&PC", ["2231/SNVCCHCPC"]),
        ("1972/QĐ-UBND - Ban hành", ["1972/QDUBND"]),
        ("05/2021/QĐ-UBND. UBND tỉnh", ["5/2021/QDUBND"]),
        ("876/QĐ-TTg", ["876/QDTTG"]),
        ("QCVN 01-1:2018/BYT; 1.374/1.761; 10/12 UBND; 6/Sở; 12/3/2020; …/QĐ-UBND; 24/Tháng", []),
    ],
)
def test_numbers_of_documents(text: str, keys: list[str]) -> None:
    assert [found.key for found in find_numbers(text)] == keys


@pytest.mark.parametrize("term", ["2025", "5/6", "12/3/2020", "dong", "1.374/1.761", ""])
def test_what_is_no_number_of_a_document(term: str) -> None:
    assert asked_number(term) is None


@pytest.mark.parametrize(
    ("printed", "month"),
    [
        ("10/03/2025", "2025-03"),
        ("Thứ Hai, 10-3-2025 08:30", "2025-03"),
        ("2025-03-10T05:00:00", "2025-03"),
        ("ngày 5 tháng 12 năm 2024", "2024-12"),
        ("(10.03.2025)", "2025-03"),
        ("10/13/2025", None),
        ("hôm qua", None),
        ("", None),
    ],
)
def test_the_month_that_a_row_prints(printed: str, month: str | None) -> None:
    assert printed_month(printed) == month
