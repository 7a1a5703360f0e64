"""Bytes → clean text, by evidence; never raises.

    page = decode(body, headers)
    page.text       NFC, without NUL, controls, zero-width or bidi marks, written out or as references; for `tree.parse`
    page.encoding   "utf-8", "cp1258", "tcvn3" …
    page.basis      what the encoding was told by
    page.flags      what was repaired or is doubtful

Order of the evidence: byte order mark, valid UTF-8, `<meta>`, HTTP header, detection by the text. A header or meta that
the bytes contradict, and names that mean nothing, do not count.
"""

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

from crawlers.reading.cleaning import EVERY_DOUBT, clean_markup, scan, without_controls
from crawlers.reading.doubled import CP1252, repair_doubled
from crawlers.reading.legacy import convert_fonts
from crawlers.reading.syllable import is_syllable
from crawlers.reading.western import western_charset

MAX_BYTES = 16 * 1024 * 1024
"""Larger pages are refused as too complex (the archive refuses the same size)."""


class Basis(StrEnum):
    """What told the encoding."""

    BOM = "bom"
    UTF8 = "valid_utf8"
    META = "meta"
    HEADER = "header"
    TEXT = "text"
    """The text reads as Vietnamese so and in no other way."""
    DETECTED = "detected"
    FALLBACK = "fallback"
    """Nothing told it: read as windows-1252."""


class Flag(StrEnum):
    """What was repaired while decoding, or is doubtful."""

    INVALID_BYTES = "invalid_bytes"
    """Some bytes are none of the encoding's; each became U+FFFD."""
    DOUBLED_REPAIRED = "double_encoding_repaired"
    DOUBLED = "double_encoding_damaged"
    """Text that was encoded twice and cannot be brought back without loss; left as it is."""
    TCVN3 = "tcvn3_converted"
    VNI = "vni_converted"
    LEGACY_SUSPECTED = "legacy_font_suspected"
    """Some text looks like TCVN3 or VNI, not surely; left as it is. For a person to look at."""
    CONTROLS = "controls_removed"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A page's text, and how it was decoded."""

    text: str
    encoding: str
    basis: Basis
    flags: tuple[Flag, ...] = ()


def decode(body: bytes, headers: Mapping[str, str] | None = None) -> Decoded:
    """Decode a page's bytes (content coding already removed) and clean the text for parsing. Never raises."""
    text, encoding, basis, flags = _to_text(body, headers)
    doubts = scan(body.removeprefix(codecs.BOM_UTF8)) if encoding == "utf-8" and not flags else EVERY_DOUBT
    costly = doubts.fonts or doubts.doubled or doubts.composition or doubts.accents
    text, scripts = _set_aside(text) if costly else (text, [])
    as_read = text
    if doubts.doubled:
        text, repaired, damaged = repair_doubled(text)
        flags += [Flag.DOUBLED_REPAIRED] * repaired + [Flag.DOUBLED] * damaged
    if doubts.fonts:
        text, scheme, suspected = convert_fonts(text)
        if scheme:
            flags.append(Flag.TCVN3 if scheme == "tcvn3" else Flag.VNI)
            if encoding in _WESTERN_NAMES:
                encoding, basis = scheme, Basis.TEXT
        if suspected:
            flags.append(Flag.LEGACY_SUSPECTED)
    if text is not as_read:
        doubts = EVERY_DOUBT
    text, controls = clean_markup(text, doubts, keep_addresses=encoding.startswith("utf"))
    if controls:
        flags.append(Flag.CONTROLS)
    return Decoded(_put_back(text, scripts), encoding, basis, tuple(flags))


def _set_aside(text: str) -> tuple[str, list[str]]:
    """Take the long scripts out of a page, JSON-LD excepted, with a mark in the place of each.

    Nobody reads their letters, and pages of newspapers are scripts for nine tenths: to clean them costs more than to
    read the page.
    """
    if len(text) < _MUCH or _ASIDE in text:
        return text, []
    pieces: list[str] = []
    scripts: list[str] = []
    position = 0
    for match in _SCRIPT.finditer(text):
        if match.start() < position or "ld+json" in match[0]:
            continue
        end = text.find("</", match.end())
        while end >= 0 and not _SCRIPT_END.match(text, end):
            end = text.find("</", end + 2)
        if end < 0:  # it goes on to the end of the page
            break
        if end - match.end() >= _LONG_SCRIPT:
            pieces += text[position : match.end()], _ASIDE
            scripts.append(text[match.end() : end])
            position = end
    return "".join((*pieces, text[position:])), scripts


def _put_back(text: str, scripts: Sequence[str]) -> str:
    if not scripts:
        return text
    pieces = text.split(_ASIDE)
    filled = [piece for pair in zip(pieces, map(without_controls, scripts), strict=False) for piece in pair]
    return "".join((*filled, pieces[-1]))


def is_binary(body: bytes) -> bool:
    """Whether bytes are no text, though markup may stand among them: by the control bytes at head, middle and end."""
    marked, _ = read_bom(body)
    if marked is not None or _utf16_without_mark(body):
        return False
    middle = len(body) // 2
    sample = b"".join((body[:_PROBE], body[middle : middle + _PROBE], body[-_PROBE:]))
    return len(sample.translate(None, _NO_CONTROLS)) * _CONTROLS_OF > len(sample)


# --- the encoding

_WESTERN_NAMES = frozenset({"cp1252", "iso8859-15", "iso8859-2", "cp1250", "mac-roman"})
# Codecs of Python that are no charset of a page: some take quadratic time, some unescape.
_NO_CHARSET = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "undefined"})
# What pages without a declaration are looked at for: charsets of the web, not of mainframes and old Macs.
_WEB_CHARSETS = [
    *("cp1252", "cp1251", "koi8_r", "koi8_u", "cp1250", "iso8859_2", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp874", "gb18030", "big5", "euc_jp", "cp932", "cp949"),
]
_FOREIGN_RUN = re.compile("[\udc80-\udcff]+")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_ASCII_BYTES = bytes(range(0x80))
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_WORD = re.compile("[^\\W\\d_]*[\x80-\uffff][^\\W\\d_]*")
# What is never closed goes on to the end: to look for its end from each of a thousand beginnings would take minutes.
_TAG = re.compile(rb"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_SAMPLE = 32_768
_SCRIPT = re.compile(r"<[sS][cC][rR][iI][pP][tT]\b[^>]{0,2000}>")  # a flag for case would cost the search for "<"
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_ASIDE = "\ue000"
"""Stands for a script that is set aside: a letter for private use, that no step of cleaning knows."""
_MUCH = 50_000
_LONG_SCRIPT = 1000
"""Letters of a page, and of a script in it, from which scripts are set aside."""
_PROBE = 8192
_NO_CONTROLS = b"\t\n\f\r\x1b" + bytes(range(0x20, 0x100))
_CONTROLS_OF = 20
"""One control byte in so many is more than a broken text has."""

_Found = tuple[str, str, Basis, list[Flag]]


def _to_text(body: bytes, headers: Mapping[str, str] | None) -> _Found:
    marked, mark = read_bom(body)
    if marked and mark:
        text = body[len(mark) :].decode(marked, "replace")
        return text, marked, Basis.BOM, [Flag.INVALID_BYTES] * ("\ufffd" in text)
    if wide := _utf16_without_mark(body):
        text = body.decode(wide, "replace")
        return text, wide, Basis.TEXT, [Flag.INVALID_BYTES] * ("\ufffd" in text)
    meta = html_body_declared_encoding(body)
    header = http_content_type_encoding(_content_type(headers))
    if b"\x1b$" in body:  # ISO-2022 is ASCII bytes, so that it is valid UTF-8 as well
        for name, basis in ((meta, Basis.META), (header, Basis.HEADER)):
            if name and name.startswith("iso2022") and (escaped := _strictly(body, name)) is not None:
                return escaped, name, basis, []
    try:
        return body.decode("utf-8"), "utf-8", Basis.UTF8, []
    except UnicodeDecodeError:
        pass
    if (nearly := _nearly_utf8(body, declared="utf-8" in {meta, header})) is not None:
        return nearly, "utf-8", Basis.UTF8, [Flag.INVALID_BYTES]
    for name, basis in ((meta, Basis.META), (header, Basis.HEADER)):
        if name and not name.startswith("utf") and name not in _NO_CHARSET and (found := _declared(body, name, basis)):
            return found
    return _detected(body)


def _content_type(headers: Mapping[str, str] | None) -> str | None:
    return next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), None)


def _utf16_without_mark(body: bytes) -> str | None:
    """Tell UTF-16 by the NUL that stands beside every letter of markup."""
    head = body[:4096]
    half = len(head) // 2
    if half < 4 or head.count(0) < half // 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half // 2 and even * 10 <= odd:
        return "utf-16-le"
    return "utf-16-be" if even > half // 2 and odd * 10 <= even else None


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _nearly_utf8(body: bytes, *, declared: bool) -> str | None:
    """Decode UTF-8 with a few foreign bytes, each of which becomes U+FFFD.

    Text of other encodings hardly ever holds valid sequences, so four of them for a foreign byte are proof; one is
    enough where the page says UTF-8.
    """
    text = body.decode("utf-8", "surrogateescape")
    foreign = sum(match.end() - match.start() for match in _FOREIGN_RUN.finditer(text))
    letters = len(text) - foreign - len(body.translate(None, _HIGH_BYTES))
    if letters < (1 if declared else 4) * foreign:
        return None
    return _FOREIGN_RUN.sub("\ufffd", text)


def _western(body: bytes) -> str:
    """Decode windows-1252 as browsers do: every byte is a letter."""
    return body.decode("latin-1").translate(CP1252)


def _declared(body: bytes, encoding: str, basis: Basis) -> _Found | None:
    if encoding == "cp1252":
        text = _western(body)
        return (text, encoding, basis, []) if not _reads_as_cp1258(body) else (*_cp1258(body), Basis.TEXT, [])
    try:
        text = body.decode(encoding, "replace")
    except (UnicodeError, LookupError):  # a codec that is none of text
        return None
    wrong = text.count("\ufffd")
    if wrong * 20 > len(body.translate(None, _ASCII_BYTES)):
        return None
    return text, encoding, basis, [Flag.INVALID_BYTES] * bool(wrong)


def _cp1258(body: bytes) -> tuple[str, str]:
    return body.decode("cp1258", "replace"), "cp1258"


def _reads_as_cp1258(body: bytes) -> bool:
    """Whether the text is Vietnamese in windows-1258 (letter, then tone) and in no other way."""
    sample = _sample(body)
    if not any(byte in sample for byte in b"\xcc\xec\xde\xd2\xf2"):
        return False
    text = unicodedata.normalize("NFC", sample.decode("cp1258", "replace"))
    words = [word for word in _HIGH_WORD.findall(text) if len(word) > 1]
    toned = [word for word in words if any("\u1ea0" <= letter <= "\u1ef9" for letter in word)]
    return len(set(toned)) >= 3 and sum(map(is_syllable, words)) >= 0.8 * len(words)


def _sample(body: bytes) -> bytes:
    """Return the page's text that is not ASCII, tags cut out, up to a bound."""
    plain = _TAG.sub(b" ", body[: 32 * _SAMPLE])
    first = _HIGH.search(plain)
    return plain[max(0, first.start() - 200) :][:_SAMPLE] if first else plain[:_SAMPLE]


def _detected(body: bytes) -> _Found:
    if _reads_as_cp1258(body):
        return *_cp1258(body), Basis.TEXT, []
    western = _western(body)
    _, scheme, suspected = convert_fonts(_western(body[: 32 * _SAMPLE]))
    if scheme or suspected:
        return western, "cp1252", Basis.DETECTED, []
    sample = _sample(body)
    if charset := western_charset(sample):
        text = western if charset == "cp1252" else body.decode(charset, "replace")
        return text, charset, Basis.DETECTED, [Flag.INVALID_BYTES] * ("\ufffd" in text)
    best = from_bytes(sample, cp_isolation=_WEB_CHARSETS).best()
    if best is not None:
        text = body.decode(best.encoding, "replace")
        if text.count("\ufffd") * 20 <= len(body.translate(None, _ASCII_BYTES)):
            return text, codecs.lookup(best.encoding).name, Basis.DETECTED, [Flag.INVALID_BYTES] * ("\ufffd" in text)
    return western, "cp1252", Basis.FALLBACK, []
