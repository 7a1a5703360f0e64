"""Which language a text is in: by its script, by Vietnamese letters, by the commonest words of a few others."""

import re

_WORD = re.compile(r"[^\W\d_]+")
_VIETNAMESE = frozenset("ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ")
_ONLY_VIETNAMESE = frozenset("ăđơưảạằắẳẵặầấẩẫậẻẽẹềếểễệỉĩịỏọồốổỗộờớởỡợủũụừứửữựỳỷỹỵ")
_COMMON = {
    "en": frozenset(
        [
            "the",
            "of",
            "and",
            "to",
            "in",
            "is",
            "for",
            "that",
            "on",
            "with",
            "was",
            "by",
            "are",
            "as",
            "at",
            "from",
            "this",
            "be",
            "has",
            "have",
        ]
    ),
    "fr": frozenset(
        ["le", "la", "les", "des", "et", "du", "une", "dans", "pour", "que", "est", "sur", "par", "au", "avec", "qui"]
    ),
    "de": frozenset(
        [
            "der",
            "die",
            "und",
            "das",
            "den",
            "von",
            "zu",
            "mit",
            "ist",
            "für",
            "auf",
            "des",
            "dem",
            "ein",
            "eine",
            "nicht",
        ]
    ),
    "es": frozenset(
        ["el", "la", "los", "las", "que", "del", "por", "con", "una", "para", "es", "en", "se", "al", "más"]
    ),
}
_SCRIPTS = (
    ("km", "\u1780", "\u17ff"),
    ("lo", "\u0e80", "\u0eff"),
    ("th", "\u0e00", "\u0e7f"),
    ("ja", "\u3040", "\u30ff"),
    ("ko", "\uac00", "\ud7af"),
    ("zh", "\u4e00", "\u9fff"),
    ("ru", "\u0400", "\u04ff"),
    ("ar", "\u0600", "\u06ff"),
)
_OTHER_SCRIPT = re.compile("[\u0400-\u06ff\u0e00-\u0eff\u1780-\u17ff\u3040-\ud7af]")
_SAMPLE = 2000


def language_of(text: str) -> str | None:
    """Return the language of a text ("vi", "en" …), or None where it is too short or unlike any known one.

    Every third Vietnamese word carries a letter that no other language has; a Vietnamese name in an English text does
    not make it Vietnamese.
    """
    sample = text[:_SAMPLE].lower()
    words = _WORD.findall(sample)
    letters = sum(map(len, words))
    if letters < 4:
        return None
    for code, first, last in _SCRIPTS if _OTHER_SCRIPT.search(sample) else ():
        if sum(first <= char <= last for char in sample) > 0.3 * letters:
            return code
    marked = 0 if sample.isascii() else len(words) - sum(map(_ONLY_VIETNAMESE.isdisjoint, words))
    if marked >= 0.2 * len(words):
        return "vi"
    if len(words) < 4:
        return "vi" if any(not _VIETNAMESE.isdisjoint(word) for word in words) else None
    code, share = max(
        ((code, sum(map(common.__contains__, words)) / len(words)) for code, common in _COMMON.items()),
        key=lambda pair: pair[1],
    )
    return code if share >= 0.1 else None
