"""What no text may hold, cleaned before parsing: controls, impossible references, invisible marks, split letters."""

import re
import unicodedata
from dataclasses import dataclass
from html import unescape
from html.entities import codepoint2name
from urllib.parse import quote

from crawlers.reading.doubled import CP1252


@dataclass(frozen=True, slots=True)
class Doubts:
    """Which repairs a page may need. To look at every letter costs more than parsing; at bytes, next to nothing."""

    doubled: bool
    fonts: bool
    controls: bool
    marks: bool
    accents: bool
    """Combining accents (U+0300 to U+036F)."""
    composition: bool
    """Other letters that NFC may change."""


EVERY_DOUBT = Doubts(doubled=True, fonts=True, controls=True, marks=True, accents=True, composition=True)

_PLAIN = b"\t\n\r" + bytes(range(0x20, 0x7F))
_HIGH = bytes(range(0x80, 0x100))
# Bytes that begin no letter that NFC would change; CC to CE, E1 to E3, EF and F0 are looked at more closely by
# `_COMPOSED`, the continuation bytes belong to their first byte.
_STABLE = b"".join(
    (bytes(range(0x80, 0xC0)), bytes(range(0xC2, 0xD6)), b"\xe1\xe2\xe3", bytes(range(0xE4, 0xEE)), b"\xef\xf0")
)
_DOUBLED = re.compile(rb"\xc3(?:\xa1\xc2[\xba\xbb]|[\x83-\x86][\xc2\xc5\xc6\xcb\xe2])")
# What text in a font encoding holds and Vietnamese in Unicode does not: other letters of Latin-1, and signs in a word.
_LETTERS = "ÄÅÆÇËÎÏÐÑÖØÛÜÞßäåæçëîïðñöøûüþÿ"
_SIGNS = "¡¢£¤¥¦¨ª¬\xad®µ¶¸¹º¼½¾"
_FONT_LETTER = re.compile(b"\xc3[" + b"".join(letter.encode()[1:] for letter in _LETTERS) + b"]")
_SIGN_IN_WORD = re.compile(
    rb"\xc2(?:[\xa1-\xa6\xa8\xaa\xac\xad\xb5\xb6\xb8\xbc-\xbe](?<=[A-Za-z]\xc2.)|"
    rb"[\xa9\xab\xb7\xb9-\xbb](?<=[A-Za-z]\xc2.)(?=[a-z])|"
    rb"[\xa7\xae](?=[a-z\xc2\xc3]))"
)
_LETTERS_APART = re.compile(rb"\xc3.(?<=[AEae]\xc3.)")
"""VNI writes "năm" as "naêm": no accented letter of Latin-1 stands behind these in Unicode."""
_FONT_REFERENCE = re.compile(
    "&(?:{});".format("|".join(f"{codepoint2name[ord(one)]}|#{ord(one)}" for one in _LETTERS + _SIGNS)).encode()
)
_WESTERN_REFERENCE = re.compile(rb"&(?:[aeiouyAEIOUY](?:grave|acute|circ|tilde)|#(?:19[2-5]|2[0-5]\d));")
_VIETNAMESE_LETTER = re.compile(rb"\xe1[\xba\xbb]|\xc4[\x90\x91\x82\x83]|\xc6[\xa0\xa1\xaf\xb0]")
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_INVISIBLE = re.compile(rb"\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa9])|\xef\xbb\xbf|\xd8\x9c")
_ACCENT = re.compile(rb"[\xcc\xcd]")
_COMPOSED = re.compile(
    rb"\xe1(?![\xba\xbb])|\xe2(?:\x80[\x80\x81]|\x83[\x90-\xbf]|\x84[\xa6\xaa\xab]|\x8c[\xa9\xaa]|"
    rb"\xab\x9c|\xb5\xbf|\xb3[\xaf-\xb1]|\xb7[\xa0-\xbf])|\xe3\x82[\x99\x9a]|\xef[\xa4-\xad]|"
    rb"\xcd[\xb0-\xbf]|\xce\x87|\xf0(?:[\x90-\x96\xaf]|\x9d[\x85-\x87])"
)


def scan(body: bytes) -> Doubts:
    """Tell from the bytes of a valid UTF-8 page what it may need; a doubt may be unfounded, none is missed.

    One pass leaves the few bytes that are no plain ASCII, and the patterns are searched in those: a letter's own bytes
    stay together, so only a pattern of several letters may be seen where ASCII stood between.
    """
    odd = body.translate(None, _PLAIN)
    return Doubts(
        doubled=_DOUBLED.search(odd) is not None and _DOUBLED.search(body) is not None,
        fonts=_may_be_fonts(body, odd),
        controls=bool(odd.translate(None, _HIGH)) or _C1.search(odd) is not None or b"\xef\xbf" in odd,
        marks=_INVISIBLE.search(odd) is not None,
        accents=_ACCENT.search(odd) is not None,
        composition=bool(odd.translate(None, bytes(range(0x80)) + _STABLE)) or _COMPOSED.search(odd) is not None,
    )


def _may_be_fonts(body: bytes, odd: bytes) -> bool:
    if _FONT_LETTER.search(odd) or _LETTERS_APART.search(body) or _FONT_REFERENCE.search(body):
        return True
    if b"\xc2" in odd and _SIGN_IN_WORD.search(body):
        return True
    if any(body[max(match.start() - 1, 0)] in b"AEae" for match in _WESTERN_REFERENCE.finditer(body)):
        return True
    return _VIETNAMESE_LETTER.search(odd) is None and (b"\xc3" in odd or _WESTERN_REFERENCE.search(body) is not None)


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_MARK = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# A joiner holds emoji and some scripts together; beside Latin letters, digits, signs and spaces it is a stowaway.
_JOINERS = re.compile("[\u200c\u200d]+")
_LATIN = re.compile("[\x00-\u024f\u1e00-\u1eff]")
_LATIN_OR_DASH = re.compile("[\x00-\u024f\u1e00-\u1eff\u2010-\u2027]")
# Unicode's stream-safe text (UAX 15) has 30 marks on a letter at most; NFC takes quadratic time in a run of them.
_MARKS = (
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe20-\ufe2f]"
)
_CROWDED_LETTER = re.compile(f"({_MARKS}{{30}}){_MARKS}+")
_CONTROL_TO = {code: letter if ord(letter) > 0x9F else "" for code, letter in CP1252.items()} | {0x0C: " "}
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]{1,12})|([0-9]{1,12}));?|(ZeroWidthSpace|NoBreak|zwj|zwnj|lrm|rlm);)")
# Two patterns: each is looked for by its first byte, while an alternation is tried at every byte.
_ACCENT_BYTES = (re.compile(rb"\xcc[\x80-\xbf]"), re.compile(rb"\xcd[\x80-\xaf]"))
_REFERENCE_BEFORE_ACCENT = re.compile("&#?[0-9a-zA-Z]{1,10};(?=[\u0300-\u036f])")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_ADDRESS = re.compile(r"(?i)(\b(?:href|src|action)\s*=\s*)(\"[^\"]*\"|'[^']*')")


def clean_markup(text: str, doubts: Doubts = EVERY_DOUBT, *, keep_addresses: bool = True) -> tuple[str, bool]:
    """Remove what parsers and databases choke on, written out or as character reference, and compose to NFC.

    NUL, C0 controls, lone surrogates, U+FFFE and U+FFFF go (one `&#xFFFE;` costs trafilatura the whole article), and
    zero-width and bidi marks; C1 controls become the windows-1252 letters that they stand for. With `keep_addresses`,
    an address with decomposed letters is percent-encoded first, so that it stays the address it is.

    Returns:
        The text, and whether it held controls or impossible references.
    """
    found = False
    if doubts.controls and _CONTROL.search(text):
        found = True
        text = without_controls(text)
    if doubts.marks:
        text = _MARK.sub("", text)
    accents = doubts.accents
    if "&" in text:
        text, invalid, revealed = _clean_references(text)
        found |= invalid
        accents |= revealed
    if "\u200d" in text or "\u200c" in text:
        text = _JOINERS.sub(_stray_joiners, text)
    if doubts.composition or accents:
        text = _compose(text, keep_addresses=keep_addresses, everywhere=doubts.composition)
    return text, found


def without_controls(text: str) -> str:
    """Return a text without control characters; those of C1 become the windows-1252 letters that they stand for."""
    return _CONTROL.sub(lambda match: _CONTROL_TO.get(ord(match[0]), ""), text)


def _stray_joiners(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or end == len(text):
        return ""
    return "" if _LATIN_OR_DASH.match(text, start - 1) or _LATIN.match(text, end) else match[0]


def _clean_references(text: str) -> tuple[str, bool, bool]:
    """Return the text, whether a reference was impossible, and whether a combining mark was written as reference."""
    invalid = marks = False

    def clean(match: re.Match[str]) -> str:
        nonlocal invalid, marks
        if match[3]:
            return ""
        code = int(match[1], 16) if match[1] else int(match[2])
        if 0x20 <= code < 0x7F or 0x80 <= code <= 0x2FF or code in {9, 10, 13}:
            return match[0]
        letter = chr(code) if code <= 0x10FFFF else "\x00"
        if _CONTROL.match(letter):
            invalid = True
            return " " if code == 0x0C else ""
        if _MARK.match(letter):
            return ""
        if code <= 0x36F or letter in "\u200c\u200d":  # composed, or judged, together with its neighbours
            marks = True
            return letter
        return match[0]

    return _REFERENCE.sub(clean, text), invalid, marks


def _compose(text: str, *, keep_addresses: bool, everywhere: bool) -> str:
    """Bring a page to NFC; unless `everywhere`, only accents and the letters before them can differ from it.

    ASCII never changes but for the letter before an accent: most of a page is left as it is.
    """
    accents = _runs_of_accents(text)
    if everywhere or any(end - start > 30 for start, end in accents):
        text = _CROWDED_LETTER.sub(r"\1", text)
        accents = _runs_of_accents(text)
    if any(text[start - 1 : start] == ";" for start, _ in accents):
        text = _REFERENCE_BEFORE_ACCENT.sub(lambda match: unescape(match[0]), text)
        accents = _runs_of_accents(text)
    if keep_addresses and (kept := _keep_addresses(text, accents)) != text:
        text = kept
        accents = _runs_of_accents(text)
    if everywhere and not accents and unicodedata.is_normalized("NFC", text):
        return text
    pieces: list[str] = []
    position = 0
    for start, end in (match.span() for match in _NOT_ASCII.finditer(text)) if everywhere else accents:
        begin = max(start - 1, 0)
        pieces += text[position:begin], unicodedata.normalize("NFC", text[begin:end])
        position = end
    return "".join((*pieces, text[position:]))


def _runs_of_accents(text: str) -> list[tuple[int, int]]:
    """Return the runs of combining accents, in their order.

    A page holds a handful of different ones: each is looked for alone, as a literal, which is many times as fast as to
    ask of every letter whether it is one.
    """
    data = text.encode("utf-8", "replace")
    marks = {mark.decode() for pattern in _ACCENT_BYTES for mark in set(pattern.findall(data))}
    places = sorted(match.start() for mark in marks for match in re.finditer(mark, text))
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def _keep_addresses(text: str, accents: list[tuple[int, int]]) -> str:
    """Percent-encode the decomposed letters of addresses; only tags that hold an accent are looked at."""
    pieces: list[str] = []
    opened, closed, seen, done = -1, -1, 0, 0
    for start, end in accents:
        opened = max(opened, text.rfind("<", seen, start))
        closed = max(closed, text.rfind(">", seen, start))
        seen = end
        if opened > closed and opened >= done:
            close = text.find(">", end)
            tag_end = len(text) if close < 0 else close + 1
            pieces += text[done:opened], _ADDRESS.sub(_keep_address, text[opened:tag_end])
            done = tag_end
    return "".join((*pieces, text[done:]))


def _keep_address(match: re.Match[str]) -> str:
    value = match[2]
    if unicodedata.is_normalized("NFC", value):
        return match[0]
    return match[1] + "".join(letter if letter.isascii() else quote(letter) for letter in value)
