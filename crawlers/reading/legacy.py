"""Vietnamese in font encodings (TCVN3/ABC, VNI) and doubly encoded UTF-8: recognised by the text, converted.

Such text arrives as Western letters: "Céng hoµ x· héi" (TCVN3), "Coäng hoøa xaõ hoäi" (VNI), "Cá»™ng hÃ²a" (UTF-8 read
as windows-1252). A font's name proves nothing (of the files that name `.VnTime` nearly half are Unicode), so a word
counts as evidence only if it is no Vietnamese syllable as it stands and becomes one when converted.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html.entities import name2codepoint

# TCVN 5712:1993 VN3, the part that the .Vn fonts use (lower-case tones; capitals come from the "H" fonts).
TCVN3: dict[str, str] = dict(
    zip(
        "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae"
        "\xb5\xb6\xb7\xb8\xb9\xbb\xbc\xbd\xbe\xc6\xc7\xc8\xc9\xca\xcb\xcc\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6"
        "\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed\xee"
        "\xef\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(TCVN3)

# VNI for Windows: the letter, then its mark as a second letter; some letters have one of their own.
_VNI_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_CIRCUMFLEX = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni_table() -> dict[str, str]:
    lower = dict(_VNI_SINGLE)
    for base in "aeouyôö":
        for mark, tone in _VNI_TONES.items():
            lower[base + mark] = unicodedata.normalize("NFC", _VNI_SINGLE.get(base, base) + tone)
    for base in "aeo":
        for mark, tone in _VNI_CIRCUMFLEX.items():
            lower[base + mark] = unicodedata.normalize("NFC", base + "\u0302" + tone)
    for mark, tone in _VNI_BREVE.items():
        lower["a" + mark] = unicodedata.normalize("NFC", "a\u0306" + tone)
    table = dict(lower)
    for source, target in lower.items():
        table[source.upper()] = target.upper()
        table[source.capitalize()] = target.upper()
        table[source[0] + source[1:].upper()] = target
    return table


VNI = _vni_table()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))

_ONSET_LIST = "ngh ng nh ch gh gi kh ph qu th tr b c d đ g h k l m n p r s t v x"
_ONSETS = _ONSET_LIST.split()
_RHYME_LIST = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt â âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu o oc oi om on ong op ot oa oac "
    "oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet ooc oong ô ôc ôi ôm ôn ông ôp ôt ơ "
    "ơi ơm ơn ơp ơt u ua uc ui um un ung up ut uân uâng uât uây uê uênh uêch uy uya uych uynh uyn uyp uyt uyên uyêt "
    "uyu uôc uôi uôm uôn uông uôt uơ ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y ych ynh yêm yên "
    "yêng yêt yêu"
)
_RHYMES = frozenset(_RHYME_LIST.split())
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_STOPPED = ("c", "ch", "p", "t")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable: onset, rhyme, and a tone that its ending allows."""
    apart = unicodedata.normalize("NFD", word.lower())
    tones = _TONE.findall(apart)
    bare = unicodedata.normalize("NFC", _TONE.sub("", apart))
    if len(tones) > 1 or not 0 < len(bare) <= 7:
        return False
    if bare.endswith(_STOPPED) and tones and tones[0] not in "\u0301\u0323":
        return False
    if bare in _RHYMES or bare == "gi":
        return True
    return any(bare.startswith(onset) and bare[len(onset) :] in _RHYMES for onset in _ONSETS)


def _recase(word: str, converted: str) -> str:
    """Give a word from a font of capitals its capitals: such fonts print a lower-case tone letter as a capital."""
    plain = [letter for letter in word if letter.isascii()]
    capital = (len(plain) > 1 and all(map(str.isupper, plain))) or (
        word[:1] not in plain and plain[:1] > ["@"] and plain[0].isupper()
    )
    return converted.upper() if capital else converted


@lru_cache(maxsize=20_000)
def _from_tcvn3(word: str) -> str:
    return _recase(word, word.translate(_TCVN3_TABLE))


@lru_cache(maxsize=20_000)
def _from_vni(word: str) -> str:
    return _VNI_PATTERN.sub(lambda match: VNI[match[0]], word)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A font encoding: its name and how a word is converted."""

    name: str
    convert: Callable[[str], str]


SCHEMES = (Scheme("tcvn3", _from_tcvn3), Scheme("vni", _from_vni))

_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_READABLE = re.compile(r"(?i)(\b(?:alt|title|content|value|placeholder)\s*=\s*)(\"[^\"]*\"|'[^']*')")
_WORD = re.compile("[A-Za-z\xa1-\xff]+")
_WESTERN = re.compile("[\xa1-\xff]")
_WESTERN_RUN = re.compile("[\xa1-\xff]+")
_VIETNAMESE = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
_REFERENCE = re.compile(r"&(?:#(\d{3})|([A-Za-z]{2,6}\d?));")
_LEAST = 3
"""Different words that a scheme must explain."""


def _western(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else name2codepoint.get(match[2], 0)
    return chr(code) if 0xA1 <= code <= 0xFF else match[0]


@dataclass(slots=True)
class _Count:
    """Words with Western letters: syllables only when converted, only as they stand, neither way, both ways."""

    legacy: int = 0
    unicode: int = 0
    neither: int = 0
    both: int = 0


def _count(segment: str, scheme: Scheme, seen: set[str]) -> _Count:
    count = _Count()
    for match in _WORD.finditer(segment):
        word = match[0]
        if not _WESTERN.search(word) or word.isascii() or not any(letter.isascii() for letter in word):
            continue
        as_is, converted = is_syllable(word), is_syllable(scheme.convert(word))
        if converted and not as_is:
            count.legacy += 1
            seen.add(word)
        elif as_is and not converted:
            count.unicode += 1
        elif as_is:
            count.both += 1
        else:
            count.neither += 1
    return count


def _segments(text: str) -> list[tuple[bool, str]]:
    """Cut a page into (is text, piece); markup, scripts and comments are pieces that are not text."""
    pieces: list[tuple[bool, str]] = []
    position = 0
    for match in _MARKUP.finditer(text):
        if match.start() > position:
            pieces.append((True, text[position : match.start()]))
        pieces.append((False, match[0]))
        position = match.end()
    if position < len(text):
        pieces.append((True, text[position:]))
    return pieces


def _western_words(text: str) -> set[str]:
    """Return the words of a page that hold a Western letter, markup and scripts included.

    The letters are looked for, then the words around them: a page has few of them and many thousands of others.
    """
    words: set[str] = set()
    plain = _REFERENCE.sub(_western, text) if "&" in text else text
    for match in _WESTERN_RUN.finditer(plain):
        start = match.start()
        while start and plain[start - 1].isascii() and plain[start - 1].isalpha():
            start -= 1
        word = _WORD.match(plain, start)
        if word is not None:
            words.add(word[0])
    return words


def _may_explain(scheme: Scheme, words: set[str]) -> bool:
    """Whether there are enough words that a scheme makes syllables, for a closer look."""
    explained: set[str] = set()
    for word in words:
        _count(word, scheme, explained)
    return len(explained) >= _LEAST


def convert_fonts(text: str) -> tuple[str, str | None, bool]:
    """Convert what is sure to be TCVN3 or VNI text in a page; pieces that are Unicode already stay.

    Returns:
        The text, the scheme converted ("tcvn3", "vni") or None, and whether some text looks like it but is not sure.
    """
    suspected = False
    western = _western_words(text)
    if not any(_may_explain(scheme, western) for scheme in SCHEMES):
        return text, None, False
    pieces = _segments(text)
    for scheme in SCHEMES:
        words: set[str] = set()
        counts: list[_Count | None] = []
        readable: list[str] = []
        for is_text, piece in pieces:
            plain = _REFERENCE.sub(_western, piece) if is_text and "&" in piece else piece
            readable.append(plain)
            counts.append(_count(plain, scheme, words) if is_text and _WESTERN.search(plain) else None)
        known = [count for count in counts if count]
        legacy, native = sum(count.legacy for count in known), sum(count.unicode for count in known)
        neither = sum(count.neither for count in known)
        if len(words) < _LEAST or (
            legacy < 2 * neither and not any(_sure(count) and count.legacy > 4 for count in known)
        ):
            suspected |= len(words) >= _LEAST and legacy > neither
            continue
        throughout = legacy > 10 * native
        parts: list[str] = []
        for (is_text, piece), plain, count in zip(pieces, readable, counts, strict=True):
            if count and not _VIETNAMESE.search(plain) and (_sure(count) or (throughout and count.both + count.legacy)):
                parts.append(_convert_piece(plain, scheme))
            elif not is_text and throughout and "=" in piece and _WESTERN.search(piece):
                parts.append(_READABLE.sub(lambda match: match[1] + _convert_piece(match[2], scheme), piece))  # noqa: B023
            else:
                parts.append(piece)
        return "".join(parts), scheme.name, False
    return text, None, suspected


def _sure(count: _Count) -> bool:
    return count.legacy > 0 and count.legacy > 2 * (count.unicode + count.neither)


def _all_capitals(piece: str) -> bool:
    """Whether a piece is set in capitals, by the letters that show it: at least two words of two plain letters."""
    words = 0
    for match in _WORD.finditer(piece):
        plain = [letter for letter in match[0] if letter.isascii()]
        if len(plain) > 1:
            if not all(map(str.isupper, plain)):
                return False
            words += 1
    return words > 1


def _convert_piece(piece: str, scheme: Scheme) -> str:
    capital = scheme.name == "tcvn3" and _all_capitals(piece)

    def convert(match: re.Match[str]) -> str:
        if match[0].isascii():
            return match[0]
        word = scheme.convert(match[0])
        return word.upper() if capital else word

    return _WORD.sub(convert, piece)


# windows-1252 as browsers read it: the five undefined bytes stand for the control characters of the same number.
_C1 = {byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0xA0)}
CP1252 = {byte: letter if letter != "\ufffd" else chr(byte) for byte, letter in _C1.items()}
_CP1252_BYTES = {ord(letter): byte for byte, letter in CP1252.items()} | {code: code for code in range(0x80, 0x100)}
_CONTINUATION = "[" + "".join(map(re.escape, CP1252.values())) + "\x80-\xbf]"
_DOUBLED = re.compile(f"[\xc2-\xdf]{_CONTINUATION}|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}")
# A sequence that no text holds by chance: "XÃ" before a no-break space or "Â" before a quotation mark may be meant so.
_SURELY_DOUBLED = re.compile(
    f"[\xc3-\xc6][\xa1-\xaa\xac-\xba\xbc-\xbf]|[\xe0-\xef]{_CONTINUATION}{{2}}|[\xf0-\xf4]{_CONTINUATION}{{3}}"
)
_BETWEEN_TAGS = re.compile(r"[^<>]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


_C1_CONTROL = re.compile("[\x80-\x9f]")


def _undouble_run(match: re.Match[str]) -> str:
    return bytes(_CP1252_BYTES[ord(letter)] for letter in match[0]).decode("utf-8")


def _undouble(piece: str) -> str | None:
    """Return what a piece of text was before it was encoded twice or oftener; None if that is not to be had whole."""
    for _ in range(3):
        try:
            piece = _NOT_ASCII.sub(_undouble_run, piece)
        except (KeyError, ValueError):
            return None
        if not _C1_CONTROL.search(piece) and not _SURELY_DOUBLED.search(piece):
            return piece
    return None


def repair_doubled(text: str) -> tuple[str, bool, bool]:
    """Repair UTF-8 that was read as windows-1252 and encoded again, piece by piece between tags, only without loss.

    Returns:
        The text, whether something was repaired, and whether some of it is damaged beyond that.
    """
    if sum(1 for _ in _SURELY_DOUBLED.finditer(text)) < 2:
        return text, False, False
    evidence = _SURELY_DOUBLED if _VIETNAMESE.search(text) else _DOUBLED
    repaired = damaged = False

    def repair(match: re.Match[str]) -> str:
        nonlocal repaired, damaged
        if not evidence.search(match[0]):
            return match[0]
        whole = _undouble(match[0])
        repaired, damaged = repaired or whole is not None, damaged or whole is None
        return match[0] if whole is None else whole

    return _BETWEEN_TAGS.sub(repair, text), repaired, damaged
