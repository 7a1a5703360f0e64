"""UTF-8 that was read as windows-1252 and encoded again ("Cá»™ng hÃ²a"): recognised and repaired, without loss only."""

import re

from crawlers.reading.legacy import VIETNAMESE

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
    evidence = _SURELY_DOUBLED if VIETNAMESE.search(text) else _DOUBLED
    repaired = damaged = False

    def repair(match: re.Match[str]) -> str:
        nonlocal repaired, damaged
        if not evidence.search(match[0]):
            return match[0]
        whole = _undouble(match[0])
        repaired, damaged = repaired or whole is not None, damaged or whole is None
        return match[0] if whole is None else whole

    return _BETWEEN_TAGS.sub(repair, text), repaired, damaged
