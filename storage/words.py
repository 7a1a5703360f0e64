"""Words of Vietnamese texts for searching: folded alike whatever their marks, or with their marks in one order."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

# A word is letters and digits with the combining marks on them; the rest, the underscore too, divides.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_MARKS = re.compile("[\u0300-\u036f]+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")  # huyền, sắc, ngã, hỏi, nặng
_BEYOND = re.compile("[^\x00-\x7f\u0300-\u036f]+")
_CACHED = 60_000
_SPACED = bytes(byte if chr(byte).isalnum() and byte < 128 else ord(" ") for byte in range(256))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text and where it stands: code points `start` to `end`."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the words of a text, in order."""
    for match in _WORD.finditer(text):
        yield Word(match[0], *match.span())


class _Folds(dict[str, str]):
    """The folded words of a run of characters without white space, a space behind each, by its spelling."""

    def __missing__(self, run: str) -> str:
        found = _folded(run)
        if len(self) >= _CACHED:
            self.clear()  # bounds the memory; what is common is back at once
        self[run] = found = f"{found} " if found else ""
        return found


_folds = _Folds()


def folded(text: str) -> str:
    """Return the text's words without case, marks and stroke of đ, one space between: what the search index holds.

    "Đồng Tháp", "dong thap" and "ĐỒNG-THÁP" are the same, and so are "hoà" and "hòa".
    """
    # Some ten thousand syllables make up nearly all Vietnamese text: each is folded once.
    return "".join(map(_folds.__getitem__, text.split()))[:-1]


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d").replace("ð", "d")
    others = set(_BEYOND.findall(letters))
    if any(letter.isalnum() for found in others for letter in found):
        return " ".join(_WORD.findall(_MARKS.sub("", letters)))
    # Vietnamese is ASCII by now, but for marks and typography.
    for found in others:
        letters = letters.replace(found, " ")
    return b" ".join(letters.encode("ascii", "ignore").translate(_SPACED).split()).decode()


@lru_cache(maxsize=20_000)
def marked_word(word: str) -> str:
    """Return a word with its marks, without case, the tone behind the letters: "hoà" and "hòa" are the same."""
    letters = unicodedata.normalize("NFD", word.casefold())
    return unicodedata.normalize("NFC", _TONES.sub("", letters)) + "".join(_TONES.findall(letters))
