"""Numbers of official documents as people search for them: found in texts, brought to one spelling.

The shapes are those of Nghị định 30/2020/NĐ-CP, phụ lục III, of older rules and of Party texts, with the slips that
pages show: spaces around the strokes, a dot for the hyphen, the hyphen lost.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from storage.words import folded

_CODE = r"[A-ZĐ][A-Za-zĐđ0-9]{0,11}"
# Spaces only around strokes between capitals: "NĐ - CP", not "QĐ-UBND - Ban hành".
_CODES = rf"{_CODE}(?:[-–.&/]{_CODE}|\s?[-–&/]\s?[A-ZĐ][A-ZĐ0-9]{{0,11}}(?!\w)){{0,5}}"
# Not inside another number, date, address or standard ("QCVN 01-1:2018/BYT").
_INSIDE = re.compile(r"[\w/.:,–-]")
# 27/2018/NĐ-CP, 1972/QĐ-UBND, 30c/NQ-CP, 77/2015/QH13; 66-QĐ/TW. What stands before is looked at afterwards: a pattern
# that begins with a digit is searched several times as fast.
_PRINTED = re.compile(
    rf"(\d{{1,5}}[a-zđ]?)\s?(?:/\s?(?:((?:19|20)\d\d)\s?/\s?)?({_CODES})|[-–]\s?({_CODE}\s?/\s?{_CODE}))(?!\w)"
)
_ASKED = re.compile(r"(\d{1,5}[a-zđ]?)(?:/((?:19|20)\d\d))?(?:[/–-]([a-zđ][\w.&/–-]*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document's number.

    Attributes:
        stem: number and, if it has one, year, zeros before it dropped: "27/2018".
        key: stem and code, its letters and digits alone, without marks, in capitals: "27/2018/NDCP".
        printed: as the text has it, spaces left out.
    """

    stem: str
    key: str
    printed: str


def find_numbers(text: str) -> Iterator[DocumentNumber]:
    """Yield the document numbers that a text names, each spelling once."""
    seen: set[str] = set()
    for match in _PRINTED.finditer(text):
        codes = match[3] or match[4]
        if not _is_code(codes) or _INSIDE.match(text[match.start() - 1 : match.start()]):
            continue
        found = _number(match[1], match[2], codes, "".join(match[0].split()))
        if found.key not in seen:
            seen.add(found.key)
            yield found


def asked_number(term: str) -> DocumentNumber | None:
    """Return the number that a search term means, None if it means none; its code may be missing or cut short."""
    match = _ASKED.fullmatch(term.strip(".,;:()"))
    if match is None or not (match[2] or match[3]):
        return None
    return _number(match[1], match[2], match[3] or "", term)


def _number(number: str, year: str | None, codes: str, printed: str) -> DocumentNumber:
    stem = folded(number).upper().lstrip("0") or "0"
    if year:
        stem += f"/{year}"
    code = folded(codes).replace(" ", "").upper()
    return DocumentNumber(stem, f"{stem}/{code}" if code else stem, printed)


def _is_code(codes: str) -> bool:
    """Whether a code begins as one does, with two capitals or a capital alone: not a word ("6/Sở", "24/Tháng")."""
    first = re.split(r"[\s.&/–-]", codes, maxsplit=1)[0]
    letters = re.sub(r"\d", "", first)
    return sum(letter.isupper() for letter in letters) >= len(letters) - 1
