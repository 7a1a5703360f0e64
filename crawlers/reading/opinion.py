"""A second opinion on the body: trafilatura's own reading of the whole page, where our own evidence is thin.

What short lines say (`crawlers.reading.lines`) is known for Vietnamese portals. On a page in another language of a host
without rules, counters, credits and boxes speak words that we do not know: there trafilatura is heard. Where both
readings are nearly one, our lines stand but for those that it leaves out; where they differ, its text stands. It also
stands where no container is sure, in any language.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trafilatura.settings import Extractor

from crawlers.reading.body import Parts
from crawlers.reading.language import language_of
from crawlers.reading.media import captions
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.prose import QUOTES, letters, whole_page
from storage.records import Provenance

_QUICK = Extractor(fast=True, comments=False, tables=True, output_format="python")
_CAREFUL = Extractor(fast=False, comments=False, tables=True, output_format="python", precision=True)
_AGREE = 0.8
"""Token F1 of both readings from which they are one reading; measured on public benchmarks of news pages."""
_LONG = 80
"""Characters of a line that is nearly confirmed by most of its runs of four words, or kept as a list's entry."""
_SURE = 25
"""Letters from which a line is found by its text alone; a shorter one must follow at once on the line before."""
_COVERED = 0.95
"""The share of trafilatura's letters that our lines must account for, so that they may stand for its text."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the second opinion makes of the body: our lines, or plain texts where they are none of our lines."""

    lines: tuple[Line, ...]
    texts: tuple[str, ...]
    told: Provenance


def is_foreign(title: str, parts: Parts) -> bool:
    """Whether an article's text, as we read it, is in another language than Vietnamese."""
    return language_of("\n".join([title, *(line.text for line in (*parts.lead, *parts.body))])) != "vi"


def second_opinion(page: Page, parts: Parts, *, unsure: bool) -> Opinion | None:
    """Return what to take for the body, or None where trafilatura finds nothing.

    Args:
        page: the page.
        parts: our own division of it.
        unsure: whether our container may be another thing's, so that agreement says little.
    """
    own = [*parts.lead, *parts.body]
    if not unsure and own:
        quick = whole_page(page, _QUICK)
        if _agreement(own, quick) > _AGREE:
            kept = _confirmed(own, quick, parts)
            share = f"{len(kept)} of {len(own)} paragraphs"
            return Opinion(kept, (), Provenance("trafilatura", f"its own reading of the page confirms {share}"))
    careful = whole_page(page, _CAREFUL)
    if not careful:
        return None
    why = "no container is sure" if unsure else "the blocks differ from it"
    told = Provenance("trafilatura", f"its own reading of the page: {why}")
    return Opinion(tuple(_lines_of(page, letters(" ".join(careful)))), careful, told)


def apply(page: Page, parts: Parts, opinion: Opinion) -> None:
    """Bring the parts in line with an opinion that names our lines: body, lead, and the pictures among them."""
    chosen = {line.index for line in opinion.lines}
    if all(line.index in chosen for line in parts.lead):
        lead = {line.index for line in parts.lead}
    else:
        parts.lead, lead = [], set()
    parts.body = [line for line in opinion.lines if line.index not in lead]
    low, high = min(chosen), max(chosen)
    known = {line.index for line in parts.shown}
    pictures = [
        line
        for line in page.lines
        if line.kind in {Kind.IMAGE, Kind.FRAME}
        and line.node.zone is Zone.MAIN
        and (line.index in known or low < line.index < high)
    ]
    parts.shown = sorted([*pictures, *opinion.lines], key=lambda line: line.index)
    known_captions = [line for found in parts.captions.values() for line in found if line.index not in chosen]
    around = sorted([*parts.shown, *known_captions], key=lambda line: line.index)
    parts.captions = {
        index: found
        for index, found in captions(page, around, tiny=False).items()
        if not any(line.index in chosen for line in found)
    }


def _confirmed(own: Sequence[Line], other: Sequence[str], parts: Parts) -> tuple[Line, ...]:
    """Return the lines that trafilatura has too, word for word or nearly, and those whose markup says content."""
    set_apart = parts.lead_why[0] not in {"", "position"}
    leads = {line.index for line in parts.lead} if set_apart else set()
    read = letters(" ".join(other))
    runs = {run for text in other for run in _runs(text)}
    kept = []
    for line in own:
        near = _runs(line.text) if len(line.text) >= _LONG else []
        if (
            letters(line.text) in read
            or (near and sum(run in runs for run in near) >= _AGREE * len(near))
            or line.index in leads
            or _has_form(line)
        ):
            kept.append(line)
    return tuple(kept)


def _runs(text: str) -> list[tuple[str, ...]]:
    words = text.split()
    return [tuple(words[at : at + 4]) for at in range(len(words) - 3)]


def _has_form(line: Line) -> bool:
    """Whether a line's markup says that it is content, whatever trafilatura makes of it: a quotation, a long entry."""
    if line.kind is Kind.TABLE:
        return True
    if line.item and len(line.text) >= _LONG and not line.linked:
        return True
    return any(node.tag in QUOTES for _, node in zip(range(4), line.node.ancestors(), strict=False))


def _agreement(own: Sequence[Line], other: Sequence[str]) -> float:
    mine = Counter(word for line in own for word in line.text.split())
    others = Counter(word for text in other for word in text.split())
    size = mine.total() + others.total()
    return 2 * (mine & others).total() / size if size else 0.0


def _lines_of(page: Page, read: str) -> list[Line]:
    """Return the page's lines that make up a text (its letters), in order; none where they do not account for it."""
    found: list[Line] = []
    at = covered = 0
    for line in page.lines:
        if line.kind not in {Kind.TEXT, Kind.TABLE} or line.node.zone is Zone.UNSEEN:
            continue
        own = letters(line.text)
        place = read.find(own, at, len(read) if len(own) >= _SURE else at + len(own) + 5)
        if place >= 0:
            found.append(line)
            at = place + len(own)
            covered += len(own)
    return found if covered >= _COVERED * len(read) else []
