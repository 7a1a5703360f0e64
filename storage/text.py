"""Text in one form: normalisation for storage, keys for matching, hashes."""

import hashlib
import re
import unicodedata

# Characters that print nothing and only make equal texts differ: C0 and C1 controls (white space among them is kept for
# `clean` to fold), soft hyphen, zero-width and bidi marks, lone surrogates and noncharacters (no database takes them).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]+"
)
_PRINTED_MONTH = re.compile(
    r"(?<!\d)(?:[0-3]?\d ?[/.-] ?(?P<month>[01]?\d) ?[/.-] ?(?P<year>(?:19|20)\d\d)"
    r"|(?P<iso_year>(?:19|20)\d\d)-(?P<iso_month>[01]\d)-[0-3]\d"
    r"|tháng (?P<written_month>[01]?\d),? ?(?:năm )?(?P<written_year>(?:19|20)\d\d))(?!\d)",
    re.IGNORECASE,
)
_D_STROKE = str.maketrans({"đ": "d", "ð": "d"})


def nfc(text: str) -> str:
    """Return the text in Unicode normal form C, otherwise unchanged."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Return the text in NFC, invisible characters removed, every run of white space (NBSP too) one space, stripped."""
    return " ".join(nfc(_INVISIBLE.sub("", text)).split())


def match_key(text: str) -> str:
    """Return the form in which spellings of the same Vietnamese words are equal: no case, marks or stroke of đ.

    `Ð`/`ð` (eth), sometimes typed for `Đ`/`đ`, count as `d`. The two placements of a tone (hoà, hòa) need no step of
    their own, since all tones go.
    """
    folded = nfc(clean(text).casefold()).translate(_D_STROKE)
    if folded.isascii():
        return folded
    bare = "".join(char for char in unicodedata.normalize("NFD", folded) if unicodedata.category(char) != "Mn")
    return " ".join(nfc(bare).split())


def printed_month(text: str) -> str | None:
    """Return the month of the first day that a listing row's date text prints, as YYYY-MM, or None.

    For counting by months only: `crawlers.reading` reads the dates of articles.
    """
    found = _PRINTED_MONTH.search(clean(text))
    if found is None:
        return None
    year = found["year"] or found["iso_year"] or found["written_year"]
    month = int(found["month"] or found["iso_month"] or found["written_month"])
    return f"{year}-{month:02}" if 1 <= month <= 12 else None


def sha256_hex(data: str | bytes) -> str:
    """Return the SHA-256 of bytes, or of the UTF-8 of a text (lone surrogates included), in lower-case hex."""
    return hashlib.sha256(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).hexdigest()
