"""A text as an array of word hashes, each with its kind.

The fold is that of `text.match_key`, so case, marks, tone placement and punctuation make no difference. It is done once
a spelling, not once a word: some ten thousand syllables make up nearly all Vietnamese text.
"""

import hashlib
import re
import unicodedata
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from storage.text import match_key

Hashes = NDArray[np.uint64]


class Kind(IntEnum):
    """What a word is to a comparison; kept in the two lowest bits of its hash."""

    CONTENT = 0
    FIGURE = 1
    """Holds a digit (number, date, document number), or is a Roman numeral."""
    PERIOD = 2
    """Names a period, a weekday or a small number, or says which way a figure went."""
    NAME = 3
    """Written with a capital: a proper name, or the first word of a sentence."""


_KIND_WIDTH = 2
KIND_BITS = np.uint64(3)
FIGURE_HASH = np.uint64(0x9E3779B97F4A7C15)
"""What stands for any run of figures where these are left out of account."""

# "367/QĐ-UBND", "23-3-2021", "8h30", "1.234,5", "COVID-19" are one word; "2025.Hội" (no space after a stop) is two.
_FIGURE = r"[^\W\d_]*\d[^\W_]*(?:(?:[.,:](?=\d)|[/–-])[^\W_]+)*"
_WORD = re.compile(rf"{_FIGURE}|[^\W_]+")
_MARKS = re.compile("[\u0300-\u036f]+")
_DIGIT = re.compile(r"\d")
_ROMAN = re.compile(r"[IVX]{1,5}")
_LEADING_ZEROS = re.compile(r"(?:^|(?<=[/–-]))0+(?=\d)")

_PERIODS = frozenset(
    """\
    một hai ba bốn tư năm lăm sáu bảy bẩy tám chín mười mươi mốt linh lẻ trăm nghìn ngàn vạn triệu tỷ tỉ rưỡi nhất nhì
    thứ chủ nhật giờ phút ngày tuần tháng quý kỳ kì đợt lần khóa khoá số vụ mùa niên giêng chạp xuân hè hạ thu đông đầu
    giữa cuối nửa sáng trưa chiều tối đêm nay qua mai tới sau trước này tăng giảm lên xuống cao thấp hơn giữ nguyên
    không đổi đồng""".split()  # noqa: SIM905 - reads as a list of words
)

_CACHED = 60_000


class _Spellings(dict[str, bytes]):
    """The hashes of the words in a run of characters without white space, eight bytes each, by its spelling."""

    def __missing__(self, run: str) -> bytes:
        hashes = b"".join(map(_word_hash, _WORD.findall(run)))
        if len(self) >= _CACHED:
            self.clear()  # bounds the memory; what is common is back at once
        self[run] = hashes
        return hashes


_spellings = _Spellings()


def word_hashes(text: str) -> Hashes:
    """Return the words of a text (NFC) in their order: 62 bits of a hash of the folded word, two of its kind."""
    return np.frombuffer(b"".join(map(_spellings.__getitem__, text.split())), dtype="<u8")


def names_of(text: str) -> list[str]:
    """Return the words of kind NAME of a text, folded."""
    return [_folded(word) for word in _WORD.findall(text) if _kind(word) is Kind.NAME]


def distinct(hashes: Hashes) -> Hashes:
    """Return the different hashes, sorted. For arrays of this size sorting is quicker than `numpy.unique`."""
    ordered = np.sort(hashes)
    first = np.empty(len(ordered), dtype=np.bool)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def shared(one: Hashes, other: Hashes) -> int:
    """Return how many hashes two sorted arrays without repetitions have in common."""
    small, large = sorted((one, other), key=len)
    if not len(small):
        return 0
    found = large[np.minimum(np.searchsorted(large, small), len(large) - 1)]
    return int(np.count_nonzero(found == small))


def numbered(hashes: Hashes) -> Hashes:
    """Return a sorted array whose repeated values are told apart: the first, the second … of each."""
    place = np.arange(len(hashes)) - hashes.searchsorted(hashes)
    return hashes + (place << _KIND_WIDTH).view(np.uint64)


def kinds(words: Hashes) -> Hashes:
    """Return the kind of each word."""
    return words & KIND_BITS


def spelled(words: Hashes) -> Hashes:
    """Return the words without their kinds: equal for spellings of one word."""
    return words & ~KIND_BITS


def _word_hash(word: str) -> bytes:
    digest = hashlib.blake2b(_folded(word).encode(), digest_size=8).digest()
    return bytes((digest[0] & ~3 | _kind(word),)) + digest[1:]


def _folded(word: str) -> str:
    folded = word.lower() if word.isascii() else _bare(word)
    return _LEADING_ZEROS.sub("", folded) if "0" in folded else folded


def _bare(word: str) -> str:
    """Return what `match_key` returns, more quickly for what is Latin."""
    letters = _MARKS.sub("", unicodedata.normalize("NFD", word.casefold())).replace("đ", "d")
    return letters if letters.isascii() else match_key(word)


def _kind(word: str) -> Kind:
    if _DIGIT.search(word) or _ROMAN.fullmatch(word):
        return Kind.FIGURE
    if word.lower() in _PERIODS:
        return Kind.PERIOD
    return Kind.NAME if word[:1].isupper() else Kind.CONTENT
