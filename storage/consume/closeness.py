"""How well an original keeps the marks that were asked for: "đất" is not "dát", though the index has both as one."""

import re
import unicodedata
from collections.abc import Sequence

from storage.words import marked_word

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")  # huyền, sắc, ngã, hỏi, nặng
_VOWELS = frozenset("aeiouy")


class Closeness:
    """Compares texts with the words of a query, in their order."""

    def __init__(self, asked: Sequence[str]) -> None:
        """Take the words asked for; if none of them has marks, none are asked for."""
        self._marked = not all(word.isascii() for word in asked)
        written = [f"(?:{'|'.join(map(re.escape, sorted(spellings(word))))})" for word in asked]
        self._phrase = re.compile(_whole(r"[\W_]+".join(written)))
        self._words = [re.compile(_whole(one)) for one in dict.fromkeys(written)]

    def of(self, title: str, body: str) -> int:
        """Return 4 where the title has the words side by side, 3 where the body has, 2 where both have all; else 0."""
        if not self._marked:
            return 0
        title, body = (unicodedata.normalize("NFC", text.casefold()) for text in (title, body))
        if self._phrase.search(title):
            return 4
        if self._phrase.search(body):
            return 3
        return 2 if all(one.search(title) or one.search(body) for one in self._words) else 0


def spellings(word: str) -> set[str]:
    """Return the ways to write a word that differ in the letter that bears the tone alone: "hoà" and "hòa"."""
    letters = unicodedata.normalize("NFD", word.casefold())
    tones = "".join(one for one in letters if one in _TONES)
    bare = "".join(one for one in letters if one not in _TONES)
    found = {unicodedata.normalize("NFC", letters)}
    for place, letter in enumerate(bare):
        if tones and letter in _VOWELS:
            end = place + 1
            while end < len(bare) and unicodedata.combining(bare[end]):
                end += 1
            found.add(unicodedata.normalize("NFC", bare[:end] + tones + bare[end:]))
    return {one for one in found if marked_word(one) == marked_word(word)}


def _whole(pattern: str) -> str:
    """Return a pattern of whole words: letters and digits make one."""
    return rf"(?<![^\W_]){pattern}(?![^\W_])"
