"""The second gate: a page whose reading breaks with what the portal's pages usually give is held for a person.

It looks at three things, all measured against the last good readings of earlier runs or against the run itself:

- *drift*: the article stands at a place in the page where none stood before, and fields are empty that nearly all pages
  fill, or hardly any text is left. A new skin that reads as well as the old one passes.
- *rates*: most pages of the run lack a field that nearly all pages fill, wherever the article stands; or their dates
  are not those of the listing, where these were nearly always the same. One whose day and month have only changed
  places is held by itself.
- *a shared text*: pages that are listed under different titles say the same (a notice, a soft 404). Beyond a share of
  the run nothing of it is taken any more.

A page that says what is shown already passes, unless it is about its date. A portal without a history has no drift.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from crawlers.reading.dates import read_date
from storage.database.figures import Figures, figures_of
from storage.database.load import Held, ReadResult
from storage.database.loading.derived import version_hash
from storage.records import VIETNAM, Article, Kind
from storage.text import match_key
from storage.vocabulary import HeldReason

ENOUGH = 20
"""Good readings from which a portal has a history."""
USUAL = 0.95
"""Share of good readings that fill a field, from which an empty one is strange."""
SAMPLE = 5
"""Pages of a run below which a share says nothing."""
LACKING = 0.5
"""Share of a run's pages without a usual field from which the run has drifted."""
SHRUNK = 0.2
"""Share of the usual words below which hardly any text is left (with more than three deviations below the median)."""
SHARED = 3
"""Different titles over one text from which it is no article's."""
SHARED_WORDS = 15
"""Words of a text below which it recurs by chance ("Xem tệp đính kèm")."""
SICK = 0.3
"""Share of a run's pages with shared texts beyond which the portal is out of order (reliability.md: maintenance)."""
DATED = frozenset({"published_at", "listed_day"})
"""What is asked of a page's date: that there is one, and that it is that of the listing row."""
WINDOW = 8
"""Pages that wait until as many have come after them: what is shared shows itself before it is loaded."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What the portal's pages usually give; `rates` holds the fields that nearly all fill."""

    readings: int
    frames: frozenset[str]
    rates: Mapping[str, float]
    words: float
    least_words: float

    @classmethod
    def of(cls, history: Sequence[Figures]) -> "Usual":
        """Return what is usual by these readings; of too few nothing is."""
        if len(history) < ENOUGH:
            return cls(len(history), frozenset(), {}, 0, 0)
        counted = Counter(name for one in history for name in one.filled)
        rates = {name: count / len(history) for name, count in sorted(counted.items())}
        agreeing = [as_listed(one.listed, one.published_at) for one in history]
        listed = [one for one in agreeing if one is not None]
        if len(listed) >= ENOUGH:
            rates["listed_day"] = listed.count(True) / len(listed)
        middle = median(one.words for one in history)
        spread = median(abs(one.words - middle) for one in history)
        return cls(
            len(history),
            frozenset(one.frame for one in history),
            {name: rate for name, rate in rates.items() if rate >= USUAL},
            middle,
            min(SHRUNK * middle, max(0.0, middle - 3 * 1.4826 * spread) or SHRUNK * middle),
        )


@dataclass(slots=True)
class Gate:
    """The gate of one run. Results go in in the order of their captures and come out in it, but for those in doubt.

    Attributes:
        usual: of earlier runs; it does not change while the run goes on.
        pages: pages of the run that read as articles.
        lacking: of those, how many lack a usual field, by field.
        examples: an address for each reason.
    """

    usual: Usual
    pages: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    reasons: Counter[HeldReason] = field(default_factory=Counter)
    examples: dict[HeldReason, str] = field(default_factory=dict)
    _titles: dict[str, set[str]] = field(default_factory=dict)
    _texts: Counter[str] = field(default_factory=Counter)
    _window: list[ReadResult] = field(default_factory=list)
    _doubtful: list[ReadResult] = field(default_factory=list)

    def admit(self, results: Sequence[ReadResult], shown: Mapping[str, str]) -> list[ReadResult]:
        """Take in what was read and return what may be loaded now, held or not.

        Args:
            results: in the order of their captures.
            shown: version hashes that are shown at their addresses, by record id.
        """
        out: list[ReadResult] = []
        for result in results:
            article = result.outcome
            if not isinstance(article, Article):
                out.append(result)
                continue
            lost = self._lost(result, article)
            self._count(result, article, lost)
            known = shown.get(result.capture.record_id) == version_hash(article)
            if known and DATED.isdisjoint(lost):
                out.append(result)
            elif found := self._exchanged(result, article) or (None if known else self._drift(article, lost)):
                out.append(self._hold(result, article, *found))
            elif lost:
                self._doubtful.append(result)
            else:
                self._window.append(result)
                if len(self._window) > WINDOW:
                    out.append(self._pass(self._window.pop(0)))
        return out

    def finish(self) -> list[ReadResult]:
        """Return what still waits, decided by all that the run has shown."""
        out = [self._pass(result) for result in self._window]
        for result in self._doubtful:
            article = result.outcome
            assert isinstance(article, Article)
            drifted = [name for name in self._lost(result, article) if self._has_drifted(name)]
            if drifted:
                detail = "; ".join(self._rate(name) for name in drifted)
                out.append(self._hold(result, article, HeldReason.DRIFTED, detail))
            else:
                out.append(self._pass(result))
        self._window, self._doubtful = [], []
        return out

    def evidence(self) -> str:
        """Return why pages were held, for people: rates then and now, an address for each reason; "" if none was."""
        said = [self._rate(name) for name in self.lacking if self._has_drifted(name)]
        said += [f"ví dụ [{reason.value}] {url}" for reason, url in self.examples.items()]
        return "; ".join(said)

    # --- one page

    def _count(self, result: ReadResult, article: Article, lost: Sequence[str]) -> None:
        self.pages += 1
        self.lacking.update(lost)
        text = _text_of(article)
        if text:
            item = result.capture.item
            self._texts[text] += 1
            self._titles.setdefault(text, set()).add(match_key(item.title if item and item.title else article.title))

    def _lost(self, result: ReadResult, article: Article) -> list[str]:
        """Return what the page lacks of what is usual."""
        filled = figures_of(article).filled
        if article.kind is Kind.PAGE or as_listed(_listed(result), article.published_at) is not False:
            filled |= {"listed_day"}
        return [name for name in self.usual.rates if name not in filled]

    def _exchanged(self, result: ReadResult, article: Article) -> tuple[HeldReason, str] | None:
        """Whether day and month have changed places, by the listing, which the portal's pages usually agree with."""
        row, own = read_date(_listed(result)), article.published_at
        if "listed_day" not in self.usual.rates or row is None or row.value is None or own is None:
            return None
        listed, read = row.value.date(), own.astimezone(VIETNAM).date()
        if listed == read or (listed.year, listed.month, listed.day) != (read.year, read.day, read.month):
            return None
        return (
            HeldReason.DRIFTED,
            f"published_at {read:%d/%m/%Y}, danh sách ghi {listed:%d/%m/%Y}: ngày và tháng đổi chỗ",
        )

    def _drift(self, article: Article, missing: Sequence[str]) -> tuple[HeldReason, str] | None:
        usual, figures = self.usual, figures_of(article)
        if not usual.frames or figures.frame in usual.frames:
            return None
        where = f"mẫu trang lạ: {figures.frame[-200:]}"
        lost = [f"{name} {usual.rates[name]:.0%} → trống" for name in missing]
        if lost:
            return HeldReason.DRIFTED, f"{'; '.join(lost)}; {where}"
        if figures.words < usual.least_words:
            return HeldReason.SHRUNK, f"{figures.words} từ, thường là {usual.words:.0f}; {where}"
        return None

    def _pass(self, result: ReadResult) -> ReadResult:
        """Return a page as it may be loaded: held if its text is shared, or if the portal is out of order."""
        article = result.outcome
        assert isinstance(article, Article)
        text = _text_of(article)
        titles = self._titles.get(text, set())
        shared = sum(count for one, count in self._texts.items() if len(self._titles[one]) >= SHARED)
        if len(titles) >= SHARED:
            return self._hold(
                result,
                article,
                HeldReason.SHARED_TEXT,
                f"{len(titles)} tiêu đề khác nhau, một nội dung: {article.text[:120]}",
            )
        if shared >= SAMPLE and shared > SICK * self.pages:
            return self._hold(result, article, HeldReason.SICK_RUN, f"{shared}/{self.pages} trang chung nội dung")
        return result

    def _hold(self, result: ReadResult, article: Article, reason: HeldReason, detail: str) -> ReadResult:
        self.reasons[reason] += 1
        self.examples.setdefault(reason, result.capture.url)
        return replace(result, outcome=Held(article, reason.value, detail))

    def _has_drifted(self, name: str) -> bool:
        return self.lacking[name] >= SAMPLE and self.lacking[name] >= LACKING * self.pages

    def _rate(self, name: str) -> str:
        return f"{name} {self.usual.rates[name]:.0%} → {1 - self.lacking[name] / self.pages:.0%}"


def as_listed(listed: str, published_at: datetime | None) -> bool | None:
    """Whether a page's date is the day that its listing row prints; None where that prints no whole day."""
    row = read_date(listed)
    if row is None or row.value is None or row.kind != "absolute":
        return None
    return published_at is not None and published_at.astimezone(VIETNAM).date() == row.value.date()


def _listed(result: ReadResult) -> str:
    return result.capture.item.published_raw if result.capture.item else ""


def _text_of(article: Article) -> str:
    """Return a digest of a text that is long enough to tell articles apart, else ""."""
    if len(article.text.split()) < SHARED_WORDS:
        return ""
    return hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
