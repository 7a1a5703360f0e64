import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.text import clean, match_key, nfc, sha256_hex

ANY = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\u00a0 Lượt người xem:\u00a0 128\r\n", "Lượt người xem: 128"),
        ("Cải\u200b cách\ufeff hành\u00ad chính", "Cải cách hành chính"),
        ("a\x00b\x0bc\x1fd", "ab cd"),
        ("Tie\u0302\u0301n", "Tiến"),
        ("Tie\u0302\u200b\u0301n", "Tiến"),
        ("\u202eabc\u202c \ud800", "abc"),
        ("dòng\u2028hai\u3000ba", "dòng hai ba"),
        ("", ""),
    ],
)
def test_clean(raw: str, text: str) -> None:
    assert clean(raw) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Bình", "hoà  bình"),
        ("UỶ BAN", "Ủy ban"),
        ("Ðồng Tháp", "ĐỒNG THÁP"),
        ("Khỏe", "khoẻ"),
        ("Tie\u0302\u0300n Giang", "TIEN GIANG"),
        ("đường", "duong"),
    ],
)
def test_match_key_joins_spellings(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_match_key_keeps_letters_and_digits() -> None:
    assert match_key(" Quyết định số 05/2021/QĐ-UBND ") == "quyet dinh so 05/2021/qd-ubnd"


@settings(deadline=None)
@given(ANY)
def test_clean_is_idempotent_and_storable(text: str) -> None:
    done = clean(text)
    assert clean(done) == done
    assert unicodedata.is_normalized("NFC", done)
    assert "\x00" not in done
    assert done.encode().decode() == done
    assert done == " ".join(done.split())


@settings(deadline=None)
@given(ANY)
def test_match_key_is_a_key_of_the_clean_text(text: str) -> None:
    key = match_key(text)
    assert match_key(clean(text)) == key
    assert match_key(key) == key
    assert match_key(nfc(text)) == key


def test_sha256() -> None:
    assert sha256_hex("đ") == sha256_hex("đ".encode()) == hashlib.sha256("đ".encode()).hexdigest()
    assert sha256_hex("\ud800") != sha256_hex("\ud801")
