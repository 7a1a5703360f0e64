"""The font encodings TCVN3 (ABC) and VNI: which letters print which, and a word of them in Unicode."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

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
