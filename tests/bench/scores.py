"""How near a reading is to the truth: text, title, date, authors, leak."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

_WORD = re.compile(r"\w+")


def tokens(text: str) -> list[str]:
    """Words of a text, NFC, without case."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def shingles(words: Sequence[str], size: int = 4) -> list[tuple[str, ...]]:
    """Every run of `size` words; the whole text where it is shorter."""
    if len(words) < size:
        return [tuple(words)] if words else []
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]


def f1(got: Iterable[object], want: Iterable[object]) -> float:
    """F1 of two multisets; 1 where both are empty."""
    got_bag, want_bag = Counter(got), Counter(want)
    if not got_bag and not want_bag:
        return 1.0
    common = sum((got_bag & want_bag).values())
    return 2 * common / (sum(got_bag.values()) + sum(want_bag.values()))


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right for a page. `article` is false where there is no article to be had.

    `optional` lines (captions, bylines) count neither way; `boilerplate` lines must not be in the text.
    """

    article: bool
    title: str = ""
    alt_titles: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of a page; `text` is None where it says that there is no article."""

    text: str | None
    title: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """Figures of one reader over many pages; `wrong` lists each wrong field as page, field, got, want."""

    pages: int = 0
    articles: int = 0
    token_f1: float = 0.0
    shingle_f1: float = 0.0
    titles: int = 0
    dated: int = 0
    dates: int = 0
    undated: int = 0
    false_dates: int = 0
    authors: int = 0
    leaked: int = 0
    words: int = 0
    missed: int = 0
    invented: int = 0
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, page: str, got: Read, want: Truth) -> None:
        """Count one page."""
        self.pages += 1
        if not want.article:
            if got.text is not None:
                self.invented += 1
                self._note(page, "verdict", "article", "no article")
            return
        self.articles += 1
        if got.text is None:
            self.missed += 1
            self._note(page, "verdict", "no article", "article")
        self._text(page, got.text or "", want)
        if _same(got.title, (want.title, *want.alt_titles)):
            self.titles += 1
        else:
            self._note(page, "title", got.title, want.title)
        self._date(page, got.published_at, want.published_at)
        if {_plain(name) for name in got.authors} == {_plain(name) for name in want.authors}:
            self.authors += 1
        else:
            self._note(page, "authors", "; ".join(got.authors), "; ".join(want.authors))

    def _text(self, page: str, text: str, want: Truth) -> None:
        optional = {_plain(line) for line in want.optional}
        body = {_plain(line) for line in want.body}
        boilerplate = {_plain(line) for line in want.boilerplate} - optional - body
        lines = [line for line in text.split("\n") if _plain(line) not in optional]
        got_words, want_words = tokens("\n".join(lines)), tokens("\n".join(want.body))
        leaked = sum(len(tokens(line)) for line in lines if _plain(line) in boilerplate)
        score = f1(got_words, want_words)
        self.token_f1 += score
        self.shingle_f1 += f1(shingles(got_words), shingles(want_words))
        self.leaked += leaked
        self.words += len(got_words)
        if score < 0.99:
            extra = [line for line in lines if _plain(line) and _plain(line) not in body]
            lost = [line for line in want.body if _plain(line) not in {_plain(got) for got in lines}]
            self._note(page, f"text {score:.3f}", " ⏎ ".join(extra)[:300], " ⏎ ".join(lost)[:300])

    def _date(self, page: str, got: datetime | None, want: datetime | None) -> None:
        if want is None:
            self.undated += 1
            if got is not None:
                self.false_dates += 1
                self._note(page, "date", got.isoformat(), "none")
            return
        self.dated += 1
        if got is not None and got.date() == want.date():
            self.dates += 1
            return
        if got is not None:
            self.false_dates += 1
        self._note(page, "date", got.isoformat() if got else "none", want.isoformat())

    def _note(self, page: str, name: str, got: str, want: str) -> None:
        self.wrong.append((page, name, got, want))

    def row(self) -> dict[str, str]:
        """The figures, formatted for a table."""
        articles = max(self.articles, 1)
        others = self.pages - self.articles
        return {
            "text F1": f"{self.token_f1 / articles:.4f}",
            "4-shingle F1": f"{self.shingle_f1 / articles:.4f}",
            "leak": f"{self.leaked / max(self.words, 1):.4f}",
            "title": f"{self.titles / articles:.3f}",
            "date": f"{self.dates / self.dated:.3f}" if self.dated else "–",
            "false dates": f"{self.false_dates}/{articles}",
            "authors": f"{self.authors / articles:.3f}",
            "articles refused": f"{self.missed}/{self.articles}",
            "others taken": f"{self.invented}/{others}",
        }


def _plain(text: str) -> str:
    return " ".join(tokens(text))


def _same(got: str, want: Iterable[str]) -> bool:
    return _plain(got) in {_plain(title) for title in want}
