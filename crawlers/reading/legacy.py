"""Vietnamese in font encodings (TCVN3/ABC, VNI): recognised by the text, converted.

Such text arrives as Western letters: "Céng hoµ x· héi" (TCVN3), "Coäng hoøa xaõ hoäi" (VNI). A font's name proves
nothing (of the files that name `.VnTime` nearly half are Unicode), so a word counts as evidence only if it is no
Vietnamese syllable as it stands and becomes one when converted. A page is looked at block by block, as a reader sees
it: a word in bold is part of its sentence, a menu in Unicode beside a body in VNI is none of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.entities import name2codepoint

from crawlers.reading.fonts import SCHEMES, Scheme
from crawlers.reading.syllable import is_syllable

_MARKUP = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_INLINE = re.compile(
    r"<(?:!--|/?(?:a|abbr|b|big|br|em|font|i|ins|mark|s|small|span|strike|strong|sub|sup|tt|u|wbr|st1:\w+|o:p)[\s/>])",
    re.IGNORECASE,
)
"""Markup within a sentence."""
_BREAK = re.compile(r"</?br\b", re.IGNORECASE)
_READABLE = re.compile(r"(?i)(\b(?:alt|title|content|value|placeholder)\s*=\s*)(\"[^\"]*\"|'[^']*')")
_WORD = re.compile("[A-Za-z\xa1-\xff]+")
_ANY_WORD = re.compile("[A-Za-z\xa1-\xff\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]+")
_WESTERN = re.compile("[\xa1-\xff]")
_WESTERN_RUN = re.compile("[\xa1-\xff]+")
VIETNAMESE = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
"""Letters that Unicode has for Vietnamese alone."""
_REFERENCE = re.compile(r"&(?:#(\d{3})|#[xX]([0-9a-fA-F]{2})|([A-Za-z]{2,6}\d?));")
_VNI_BASE = re.compile("[AEOUYaeouy\xd4\xd6\xf4\xf6]$")
_VNI_MARK = re.compile("[\xc0-\xc5\xc8-\xcb\xcf\xd5\xd8-\xdc\xe0-\xe5\xe8-\xeb\xef\xf5\xf8-\xfc]")
_LEAST = 3
"""Different words that a scheme must explain for a page to be of it, whatever else it holds."""
_FEW = 2
"""The same where nothing speaks against it: the words around are Vietnamese, no other is Unicode."""
_MANY = 20
"""Words that a scheme does not explain, for each of one or two that it explains, by which these are chance."""
_SHORT = 3
"""Letters up to which a word of Western letters alone may be signs: a longer one is a word of another script."""
_VIETNAMESE_SHARE = 0.6
"""Of a block's words, the part that must be syllables for the block to be Vietnamese. English text has a quarter."""


def _western(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16) if match[2] else name2codepoint.get(match[3], 0)
    return chr(code) if 0xA1 <= code <= 0xFF else match[0]


@dataclass(slots=True)
class _Count:
    """Words with Western letters: syllables only when converted, only as they stand, neither way, both ways.

    `plain` are words of ASCII letters alone, `syllables` those of them that are syllables; `native` tells letters that
    only Unicode has.
    """

    legacy: int = 0
    unicode: int = 0
    neither: int = 0
    both: int = 0
    plain: int = 0
    syllables: int = 0
    native: bool = False
    explained: set[str] = field(default_factory=set)

    @property
    def sure(self) -> bool:
        """Whether most words are syllables only when converted."""
        return self.legacy > 0 and self.legacy > 2 * (self.unicode + self.neither)

    @property
    def vietnamese(self) -> bool:
        """Whether the whole reads as Vietnamese when converted, without a word against it."""
        read = self.legacy + self.both + self.syllables
        return (
            self.sure
            and not self.native
            and read >= _VIETNAMESE_SHARE * (read + self.unicode + self.neither + (self.plain - self.syllables))
        )


def _count(text: str, scheme: Scheme) -> _Count:
    count = _Count(native=VIETNAMESE.search(text) is not None)
    for word in _ANY_WORD.findall(text):
        if word.isascii():
            count.syllables += (syllable := is_syllable(word))
            count.plain += syllable or not word.isupper()  # "UBND" is of no language
            continue
        if len(word) < 2:  # a letter that stands for itself, or a sign
            count.both += word.isalpha() and is_syllable(scheme.convert(word))
            continue
        if not _WORD.fullmatch(word):
            continue
        as_is, converted = is_syllable(word), is_syllable(scheme.convert(word))
        if converted and not as_is:
            count.legacy += 1
            count.explained.add(word)
        elif as_is and not converted:
            count.unicode += 1
        elif as_is:
            count.both += 1
        elif len(word) > _SHORT or any(letter.isascii() for letter in word):
            count.neither += 1
    return count


@dataclass(slots=True)
class _Block:
    """Pieces of a page between two marks of blocks: text, as printed, and the markup within."""

    pieces: list[tuple[bool, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What a reader sees."""
        return "".join(piece if is_text else "\n" if _BREAK.match(piece) else "" for is_text, piece in self.pieces)


def _blocks(text: str) -> Iterator[_Block | str]:
    """Cut a page into blocks of text and the markup between them; references to Western letters are put in."""
    block = _Block()
    position = 0
    for match in _MARKUP.finditer(text):
        if match.start() > position:
            block.pieces.append((True, _readable(text[position : match.start()])))
        position = match.end()
        if _INLINE.match(match[0]):
            block.pieces.append((False, match[0]))
            continue
        if block.pieces:
            yield block
            block = _Block()
        yield match[0]
    if position < len(text):
        block.pieces.append((True, _readable(text[position:])))
    if block.pieces:
        yield block


def _readable(piece: str) -> str:
    return _REFERENCE.sub(_western, piece) if "&" in piece else piece


def _western_words(text: str) -> set[str]:
    """Return the words of a page that hold a Western letter, markup and scripts included.

    Stretches of plain ASCII, nearly all of a page, are passed over; in others the letters are looked for, then the
    words around them.
    """
    words: set[str] = set()
    for tag_and_text in text.split(">"):
        if tag_and_text.isascii() and "&" not in tag_and_text:
            continue
        stretch = _readable(tag_and_text)
        if stretch.isascii():
            continue
        for match in _WESTERN_RUN.finditer(stretch):
            start = match.start()
            while start and stretch[start - 1].isascii() and stretch[start - 1].isalpha():
                start -= 1
            word = _WORD.match(stretch, start)
            if word is not None:
                words.add(word[0])
    return words


def convert_fonts(text: str) -> tuple[str, str | None, bool]:
    """Convert what is sure to be TCVN3 or VNI text in a page; pieces that are Unicode already stay.

    Returns:
        The text, the scheme converted ("tcvn3", "vni") or None, and whether some text looks like it but is not sure.
    """
    western = " ".join(_western_words(text))
    likely = [scheme for scheme in SCHEMES if _may_be(_count(western, scheme))]
    if not likely:
        return text, None, False
    pieces = list(_blocks(text))
    pages = [_Page(scheme, pieces) for scheme in likely]
    best = max(pages, key=lambda page: page.legacy)
    if not best.sure or any(page.legacy == best.legacy for page in pages if page is not best):
        return text, None, any(page.suspected for page in pages)
    return best.converted(), best.scheme.name, best.left_over


def _may_be(words: _Count) -> bool:
    """Whether a page with these words may hold text in a scheme: one or two of many are another language's own."""
    return words.legacy >= _LEAST or words.legacy * _MANY > words.unicode + words.neither


class _Page:
    """A page as one scheme explains it."""

    def __init__(self, scheme: Scheme, pieces: Sequence[_Block | str]) -> None:
        self.scheme = scheme
        self.pieces = pieces
        self.counts = [
            _count(piece.text, scheme) if isinstance(piece, _Block) and _WESTERN.search(piece.text) else None
            for piece in pieces
        ]
        known = [count for count in self.counts if count is not None]
        self.known = known
        self.legacy = sum(count.legacy for count in known)
        self.neither = sum(count.neither for count in known)
        self.throughout = self.legacy > 10 * sum(count.unicode for count in known)
        self.words = {word for count in known for word in count.explained}
        whole = {word for count in known if count.vietnamese for word in count.explained}
        self.sure = len(whole) >= _FEW or (
            len(self.words) >= _LEAST
            and (self.legacy >= 2 * self.neither or any(count.sure and count.legacy > 4 for count in known))
        )

    @property
    def suspected(self) -> bool:
        """Whether the page looks like the scheme, though not surely."""
        return any(count.vietnamese for count in self.known) or (
            len(self.words) >= _LEAST and self.legacy > self.neither
        )

    @property
    def left_over(self) -> bool:
        """Whether text that looks like the scheme stands unconverted: it is mixed with Unicode."""
        return any(
            count.native and len(count.explained) >= _LEAST and count.legacy > 2 * count.neither for count in self.known
        )

    def converted(self) -> str:
        """Return the page with every block converted that is of the scheme."""
        parts: list[str] = []
        for piece, count in zip(self.pieces, self.counts, strict=True):
            if isinstance(piece, str):
                parts.append(self._attributes(piece))
            elif count is None:
                parts += [one for _, one in piece.pieces]
            elif not count.native and (count.sure or (self.throughout and count.both + count.legacy)):
                parts += self._convert(piece.pieces)
            else:  # a sentence in Unicode may hold one in a font: a quotation in a span of its own
                parts += [self._alone(one) if is_text else self._attributes(one) for is_text, one in piece.pieces]
        return "".join(parts)

    def _convert(self, pieces: Sequence[tuple[bool, str]]) -> Iterator[str]:
        capital = self.scheme.name == "tcvn3" and _all_capitals("".join(piece for is_text, piece in pieces if is_text))
        for is_text, piece in _whole_letters(pieces) if self.scheme.name == "vni" else pieces:
            yield _convert_piece(piece, self.scheme, capital=capital) if is_text else self._attributes(piece)

    def _alone(self, piece: str) -> str:
        count = _count(piece, self.scheme)
        return _convert_piece(piece, self.scheme) if count.sure and not count.native else piece

    def _attributes(self, markup: str) -> str:
        if "=" not in markup or not _WESTERN.search(_readable(markup)):
            return markup

        def convert(match: re.Match[str]) -> str:
            value = _readable(match[2])
            count = _count(value, self.scheme)
            if count.native or not (count.sure or (self.throughout and count.both + count.legacy)):
                return match[0]
            return match[1] + _convert_piece(value, self.scheme)

        return _READABLE.sub(convert, markup)


def suspicious(lines: Iterable[str]) -> bool:
    """Whether lines of an article look like TCVN3 or VNI text."""
    _, scheme, suspected = convert_fonts("<p>".join(line.replace("<", " ") for line in lines))
    return scheme is not None or suspected


def _whole_letters(pieces: Sequence[tuple[bool, str]]) -> Iterator[tuple[bool, str]]:
    """Put a VNI mark that stands behind markup to the letter before it: the two are one letter."""
    whole = list(pieces)
    last: int | None = None
    for index, (is_text, piece) in enumerate(whole):
        if not is_text:
            continue
        if last is not None and _VNI_BASE.search(whole[last][1]) and (mark := _VNI_MARK.match(piece)):
            whole[last] = (True, whole[last][1] + mark[0])
            whole[index] = (True, piece[1:])
        last = index
    yield from whole


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


def _convert_piece(piece: str, scheme: Scheme, *, capital: bool = False) -> str:
    capital = capital or (scheme.name == "tcvn3" and _all_capitals(piece))

    def convert(match: re.Match[str]) -> str:
        if match[0].isascii():
            return match[0]
        word = scheme.convert(match[0])
        return word.upper() if capital else word

    return _WORD.sub(convert, piece)
