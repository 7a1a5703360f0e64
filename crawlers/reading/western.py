r"""Which of the charsets of Europe's Latin letters a text is in: by the letters and the commonest words of languages.

A byte is another letter in each of them ("espa\xf1a" is España in windows-1252 and espańa in windows-1250), so a text
is read in each, and the reading counts that a language's alphabet and words explain.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Language:
    """A language's letters besides a to z, its commonest words, and the charsets that have them."""

    letters: frozenset[str]
    words: frozenset[str]
    charsets: tuple[str, ...]


_WEST, _EAST, _TURKISH, _BALTIC = ("cp1252",), ("cp1250", "iso8859_2"), ("cp1254",), ("cp1257", "iso8859_13")


def _language(letters: str, words: str, charsets: tuple[str, ...]) -> _Language:
    return _Language(frozenset(letters + letters.upper()), frozenset(words.split()), charsets)


_LANGUAGES = (
    _language("àâæçéèêëîïôœùûüÿ", "le la les de des du et à est en que une dans pour par sur au qui ne pas", _WEST),
    _language("áéíñóúü", "el la los las de del que y en un una por con para se es al como su lo", _WEST),
    _language("áâãàçéêíóôõúü", "o a os as de do da dos das que e em um uma para com não por é no na", _WEST),
    _language("äöüßé", "der die das und den von zu mit ist im für auf des dem ein eine nicht sich", _WEST),
    _language("àèéìíîòóùú", "il la di che e un una per del della con non sono da le gli al si è", _WEST),
    _language("éëïöüèê", "de het een en van in is dat op te voor met zijn niet aan er", _WEST),
    _language("åäöæøéü", "og och i det att er en som på av til för den med har ikke inte ja on ei", _WEST),
    _language("ąćęłńóśźż", "w na i z się do nie że jest o od za po przez oraz który", _EAST),
    _language("áčďéěíňóřšťúůýžľĺŕôä", "a v na se je s z že do o k i pro za by jako sa pre od", _EAST),
    _language("áéíóöőúüű", "a az és hogy nem is egy ez meg van volt csak ki el de", _EAST),
    _language("ăâîşţșț", "și şi de în la cu pe care este din a o un nu se că pentru au", _EAST),
    _language("čćđšž", "i u je na se da za od su s o koji kao ne iz", _EAST),
    _language("çğıöşüâîû", "ve bir bu için ile da de en olan olarak çok gibi daha", _TURKISH),
    _language("āčēģīķļņšūžąęėįųõäöü", "ir un ar kā no uz par tai kad su į iš ja on ei see", _BALTIC),
)
_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\x80-\U0010ffff]")
_PUNCTUATION = frozenset("\xa0«»‹›“”„‘’‚–—…·•°§€©®\xad")
_KNOWN_SHARE = 0.9
"""Of the letters that are not ASCII, the part that a language's alphabet must have: names are foreign."""
_COMMON_SHARE = 0.05
"""Of the words, the part that must be of its commonest."""
_MANY = 5
"""Different letters of a language that prove it without such words."""


def western_charset(sample: bytes) -> str | None:
    """Return the charset in which a text reads as a European language best, or None where it reads as none.

    Args:
        sample: text without markup.
    """
    best, chosen = 0.0, None
    for charset in dict.fromkeys(name for language in _LANGUAGES for name in language.charsets):
        text = sample.decode(charset, "replace")
        foreign = [letter for letter in _FOREIGN.findall(text) if letter not in _PUNCTUATION]
        words = _WORD.findall(text.lower())
        if not foreign or not words:
            continue
        for language in _LANGUAGES:
            if charset not in language.charsets:
                continue
            known = sum(letter in language.letters for letter in foreign) / len(foreign)
            common = sum(len(word) > 1 and word in language.words for word in words) / len(words)
            proof = common >= _COMMON_SHARE or (known == 1 and len(set(foreign)) >= _MANY)
            if known >= _KNOWN_SHARE and proof and known + common > best:
                best, chosen = known + common, charset
    return chosen
