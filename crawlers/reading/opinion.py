"""A second opinion on the body: trafilatura's own reading, where our own evidence is thin.

What short lines say (`crawlers.reading.lines`) is known for Vietnamese portals. On a page in another language of a host
without rules, counters, credits and boxes speak words that we do not know: there trafilatura is heard. It reads our
container only, a seventh of the page; where both readings are nearly one, our lines stand but for those that it leaves
out. Where they differ, or where the container may be another thing's or a part of the article only (in any language
where no title speaks for it), it reads the whole page, first with its main extractor alone: where its whole cascade
differs too, its text stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from trafilatura.settings import Extractor

from crawlers.reading.body import Parts
from crawlers.reading.locate import Place, is_good
from crawlers.reading.media import captions
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.prose import QUOTES, container_alone, letters, whole_page
from storage.records import Provenance

_QUICK = Extractor(fast=True, comments=False, tables=True, output_format="python")
_CAREFUL = Extractor(fast=False, comments=False, tables=True, output_format="python", precision=True)
_AGREE = 0.8
"""F1 of our reading and one of the whole page from which they are one; measured on public benchmarks of news."""
_AGREE_INSIDE = 0.6
"""The same with a reading of our own container: less will do, since it can only leave out. Measured likewise."""
_AGREE_UNSURE = 0.9
"""The same where no title speaks for the container."""
_SHARE = 0.7
_SHARE_UNSURE = 0.9
"""The share of the page's paragraphs that a container holds at least, not to be taken for a part of the article."""
_OF_ALL = 0.5
"""The share of all long lines of the page, whatever their zone, that our text holds at least."""
_SHORT = 300
"""Characters of a text below which the article may be elsewhere."""
_LONG = 80
"""Characters of a line that is nearly confirmed by most of its runs of four words, or kept as a list's entry."""
_NO_LEAD = re.compile(r"caption|comment|credit|byline|author|\bbio\b|-bio|meta|video|messenger|promo|newsletter")
_NEAR = 8
"""Lines above the first paragraph that is confirmed within which a lead may stand."""
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


def second_opinion(page: Page, parts: Parts, place: Place, *, unsure: bool) -> Opinion | None:
    """Return what to take for the body, or None where trafilatura finds nothing.

    Args:
        page: the page.
        parts: our own division of it.
        place: our container.
        unsure: whether it may be another thing's, so that agreement says little.
    """
    own = [*parts.lead, *parts.body]
    if not _is_doubtful(page, own, place, unsure=unsure):
        least = _AGREE_UNSURE if unsure else _AGREE_INSIDE
        inside = _confirmed(page, own, container_alone(place.node, _QUICK), parts, least)
        if inside is not None:
            return inside
    confirmed = _confirmed(page, own, whole_page(page, _CAREFUL, cascade=False), parts, _AGREE)
    if confirmed is not None:
        return confirmed
    careful = careful_reading(page)
    if not careful:
        return None
    confirmed = _confirmed(page, own, careful, parts, _AGREE)
    if confirmed is not None:
        return confirmed
    why = "no container is sure" if unsure else "the blocks differ from it"
    told = Provenance("trafilatura", f"its own reading of the page: {why}")
    return Opinion(tuple(lines_of(page, careful)), careful, told)


def careful_reading(page: Page) -> tuple[str, ...]:
    """Return trafilatura's own reading of the whole page, in its most careful mode."""
    return whole_page(page, _CAREFUL, cascade=True)


def _is_doubtful(page: Page, own: Sequence[Line], place: Place, *, unsure: bool) -> bool:
    """Whether the article may be elsewhere, or go on elsewhere: by what the container holds of the page's prose."""
    size = sum(len(line.text) for line in own)
    if place.method == "title" or size < _SHORT or place.share < (_SHARE_UNSURE if unsure else _SHARE):
        return True
    everything = sum(
        len(line.text)
        for line in page.lines
        if len(line.text) >= _LONG
        and line.kind is Kind.TEXT
        and line.link < 0.4 * len(line.text)
        and line.node.zone is not Zone.UNSEEN
    )
    return size < _OF_ALL * everything


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


def _confirmed(page: Page, own: Sequence[Line], other: Sequence[str], parts: Parts, least: float) -> Opinion | None:
    """Our lines that trafilatura has too, word for word or nearly, and those whose markup says content.

    So does prose above all of them: a lead, which it takes for a teaser.

    None where both readings have less than `least` in common (F1 of their letters, by whole lines), or where most of
    our lines are none of its: then the container is another thing's.
    """
    set_apart = parts.lead_why[0] not in {"", "position"}
    leads = {line.index for line in parts.lead} if set_apart else set()
    read = letters(" ".join(other))
    runs: set[tuple[str, ...]] = set()
    kept: list[Line] = []
    above: list[Line] = []
    common = size = 0
    for line in own:
        text = letters(line.text)
        found = text in read
        if not found and len(line.text) >= _LONG:
            runs = runs or {run for text in other for run in _runs(text)}
            near = _runs(line.text)
            found = bool(near) and sum(run in runs for run in near) >= _AGREE * len(near)
        size += len(text)
        common += len(text) * found
        if found or line.index in leads or _has_form(line):
            kept.append(line)
        elif not kept and len(line.text) >= _LONG and _may_lead(page, line):
            above.append(line)
    first = next((line.index for line in kept if is_good(line)), 0)
    kept = [*(line for line in above if first - line.index <= _NEAR), *kept]
    if not kept or 2 * len(kept) < len(own) or 2 * common < least * (size + len(read)):
        return None
    told = f"its own reading confirms {len(kept)} of {len(own)} paragraphs"
    return Opinion(tuple(kept), (), Provenance("trafilatura", told))


def _may_lead(page: Page, line: Line) -> bool:
    """Whether a line is prose that may be a lead: no caption, and of no block that is named for something else."""
    near = islice(line.node.ancestors(), 3)
    under_image = line.index > 0 and page.lines[line.index - 1].kind is Kind.IMAGE
    return is_good(line) and not under_image and not any(_NO_LEAD.search(node.names) for node in near)


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


def lines_of(page: Page, texts: Sequence[str]) -> list[Line]:
    """Return the page's lines that make up a reading of it, in order; none where they do not account for it."""
    read = letters(" ".join(texts))
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
