"""Learned boilerplate: which blocks of a portal's pages are its template, told from the pages themselves.

A *block* is a line of text at its place in the tree. What stands at the same place in the same words on pages that tell
different things is the portal's, not the article's. From a window of a portal's pages `learn` finds

- blocks: a place and a text, digits masked (counters and clocks differ in nothing else);
- places: where everything ever seen recurs, so that what will stand there tomorrow (a box of headlines, a ribbon that
  rotates) is known today.

Serial notices ("Lịch tiếp công dân tuần 12") say the same words under the same title: of each series one page counts.
Where articles have text of their own at the same place, a line must stand on nearly every page: a sentence that recurs
is content. How a page is read with a template is told in `crawlers.reading.article`.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crawlers.reading.lead import LEAD_CLASS
from crawlers.reading.media import is_credit_line
from crawlers.reading.page import Kind, Line, Node, Page, Zone
from crawlers.reading.people import source_credit
from crawlers.reading.published import stamp
from storage.records import Article
from storage.text import clean

WINDOW = 40
"""Pages of a portal that are looked at, the newest: more say nothing new, and a redesign is known in a month."""
ENOUGH = 21
"""Pages after which more of them change next to nothing (docs/boilerplate.md has the curve)."""
_STORIES = 3
"""Least stories that show a block: two pages may share a line by chance."""
_SHARE = 0.5
"""Of the pages with its place, the part that shows a block where articles have no text of their own."""
_SHARED_PLACE = 0.9
_SHARED_STORIES = 5
"""The same where they have: body paragraphs have the same place as a hotline typed below them."""
_OWN_TEXT = 0.2
"""A place where more of its pages than this show a text found nowhere else holds text of articles."""
_SELDOM = 0.1
"""Of all pages, the least part that shows a block."""
_PLACE_STORIES = 8
"""Least pages that show a place of which everything recurs."""
_UNIQUE_PAGES, _UNIQUE_LINES, _UNIQUE = 0.1, 0.05, 2
"""Of a place's pages, and of its lines, the part that may show something seen once (the newest, the oldest), and how
many may in any case."""
_PROSE = 8
"""Words from which a text with other figures is a serial notice's sentence; a counter or a clock has fewer."""
_SERIES_WORDS = 4
"""Words of two titles that begin alike, from which the pages may be of one series."""
_OWN_PROSE = 0.5
"""Part of a page's long lines that another of its series must not have, to tell a story of its own."""
_DEPTH = 4
"""Blocks around a line that make its place: wrappers further out vary with the page."""
EVERYTHING = "*"
"""In the place of a text: whatever stands at the place."""

_FIGURES = re.compile(r"\d[\d.,:/-]*")
_UNSTABLE = re.compile(r"[0-9a-f]{8}[0-9a-f-]{8,}|\d+")
_STATES = frozenset(
    {"active", "current", "selected", "open", "show", "hover", "first", "last", "odd", "even", "collapsed", "expanded"}
)
"""Words of a class that tell a block's state, not which block it is."""


@dataclass(frozen=True, slots=True)
class Block:
    """A line of a page.

    Attributes:
        id: digest of place and masked text.
        place: tags and classes of the blocks around it, the innermost last.
        text: as printed, cut to 200 characters.
        figures: its numbers, which the masked text leaves out.
        words: of the whole text.
    """

    id: str
    place: str
    text: str
    figures: str
    words: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows: its title and the blocks that may be a template's."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """A block of the template: `pages` show it, `example` is how it looked on the last of them.

    `text` is masked, or `EVERYTHING` where the whole place is the template's. `shared` is a place where articles have
    text of their own too.
    """

    id: str
    place: str
    text: str
    example: str
    pages: int
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """The blocks that a page is read with; equal and hashed by its version, a digest of them.

    Attributes:
        version: 12 hexadecimal digits.
        places: places that hold any block, so that most lines of a page need no look.
        blocks: ids of the blocks, and whether articles have text at their places too.
    """

    version: str
    places: frozenset[str] = field(compare=False, repr=False)
    blocks: Mapping[str, bool] = field(compare=False, repr=False)

    @classmethod
    def of(cls, learned: Iterable[Learned]) -> "Template | None":
        """Return the template of these blocks, or None where there is none."""
        known = {one.id: one for one in learned}
        if not known:
            return None
        text = "\n".join(f"{key} {known[key].shared}" for key in sorted(known))
        return cls(
            hashlib.sha256(text.encode()).hexdigest()[:12],
            frozenset(one.place for one in known.values()),
            {key: one.shared for key, one in known.items()},
        )


def mask(text: str) -> str:
    """Return a text as it is compared: one case, figures masked."""
    return _FIGURES.sub("#", text).casefold()


def block_id(place: str, text: str) -> str:
    """Return the id of a block; `text` masked."""
    return hashlib.blake2b(f"{place}\0{text}".encode(), digest_size=6).hexdigest()


class Places:
    """The places of a page's blocks, each computed once."""

    def __init__(self) -> None:
        self._steps: dict[Node, str] = {}
        self._found: dict[Node, str] = {}

    def of(self, node: Node) -> str:
        """Return the place of a line in this block."""
        place = self._found.get(node)
        if place is None:
            steps: list[str] = []
            around: Node | None = node
            while around is not None and around.tag != "body" and len(steps) < _DEPTH:
                steps.append(self._step(around))
                around = around.parent
            self._found[node] = place = ">".join(reversed(steps))
        return place

    def _step(self, node: Node) -> str:
        step = self._steps.get(node)
        if step is None:
            names = [word for word in node.names.split() if word not in _STATES] if node.names else []
            step = f"{node.tag}.{'.'.join(_UNSTABLE.sub('#', word) for word in names)[:80]}" if names else node.tag
            self._steps[node] = step
        return step


def observe(page: Page, article: Article | None) -> Seen:
    """Return the blocks of a page, to learn from.

    What the reader knows as the article's own at any place (credits, bylines, captions) is not among them.

    Args:
        page: the walked page.
        article: what was read from it, None for a refused page: a template may be what was missing.
    """
    own = (
        {article.byline_raw, article.source_credit, *(image.caption for image in article.images)} if article else set()
    )
    places = Places()
    blocks = {}
    for line in page.lines:
        if not _is_block(line) or line.text in own or _is_content(line):
            continue
        place = places.of(line.node)
        key = block_id(place, mask(line.text))
        figures = " ".join(_FIGURES.findall(line.text))[:60]
        blocks[key] = Block(key, place, line.text[:200], figures, len(line.text.split()))
    return Seen(article.title if article else clean(page.root.findtext(".//title") or ""), tuple(blocks.values()))


def _is_block(line: Line) -> bool:
    return line.kind in {Kind.TEXT, Kind.TABLE} and line.node.zone is Zone.MAIN and bool(line.text)


def learn(pages: Sequence[Seen]) -> tuple[Learned, ...]:
    """Return the template's blocks in these pages of one portal, in the order of their places.

    Args:
        pages: distinct pages (not one fetched again), the oldest first.
    """
    stories = _stories(pages)
    if len(stories) < _STORIES:
        return ()
    shows: Counter[str] = Counter(block.id for page in stories for block in page.blocks)
    where: defaultdict[str, _Place] = defaultdict(_Place)
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    example: dict[str, Block] = {}
    for page in stories:
        for block in page.blocks:
            example[block.id] = block
            figures[block.id][block.figures] += 1
    serial = {key for key, block in example.items() if block.words > _PROSE and len(figures[key]) > 1}
    for page in stories:
        counts: defaultdict[str, list[bool]] = defaultdict(list)
        for block in page.blocks:
            alike = figures[block.id][block.figures] if block.id in serial else shows[block.id]
            counts[block.place].append(alike == 1)
        for place, unique in counts.items():
            where[place].add(unique)
    found = [
        Learned(block_id(place, EVERYTHING), place, EVERYTHING, _last(stories, place), known.pages)
        for place, known in where.items()
        if known.recurs
    ]
    whole = {one.place for one in found}
    for key, block in example.items():
        if block.place in whole or key in serial:
            continue
        known = where[block.place]
        shared = known.has_own_text
        least, share = (_SHARED_STORIES, _SHARED_PLACE) if shared else (_STORIES, _SHARE)
        if shows[key] >= max(least, share * known.pages, _SELDOM * len(stories)):
            found.append(Learned(key, block.place, mask(block.text), block.text, shows[key], shared))
    return tuple(sorted(found, key=lambda one: (one.place, one.text, one.id)))


@dataclass(slots=True)
class _Place:
    """How often a place was seen: pages, lines, and how many of each are unique."""

    pages: int = 0
    lines: int = 0
    unique_pages: int = 0
    unique_lines: int = 0

    def add(self, unique: Sequence[bool]) -> None:
        self.pages += 1
        self.lines += len(unique)
        self.unique_pages += any(unique)
        self.unique_lines += sum(unique)

    @property
    def has_own_text(self) -> bool:
        return self.unique_pages > _OWN_TEXT * self.pages

    @property
    def recurs(self) -> bool:
        """Whether everything at the place recurs."""
        return (
            self.pages >= _PLACE_STORIES
            and self.unique_pages <= max(_UNIQUE, _UNIQUE_PAGES * self.pages)
            and self.unique_lines <= max(_UNIQUE, _UNIQUE_LINES * self.lines)
        )


def _last(stories: Sequence[Seen], place: str) -> str:
    return next(block.text for page in reversed(stories) for block in page.blocks if block.place == place)


def _stories(pages: Sequence[Seen]) -> list[Seen]:
    """Return the pages that tell stories of their own: of a series, the first."""
    chosen: list[Seen] = []
    series: defaultdict[str, list[Mapping[str, int]]] = defaultdict(list)
    for page in pages:
        prose = {block.id: block.words for block in page.blocks if block.words > _PROSE}
        key = " ".join(mask(page.title).split()[:_SERIES_WORDS])
        size = sum(prose.values())
        if all(
            sum(prose[one] for one in prose.keys() - other.keys()) >= _OWN_PROSE * size > 0 for other in series[key]
        ):
            chosen.append(page)
            series[key].append(prose)
    return chosen


def mark(page: Page, template: Template) -> "Marks":
    """Mark the lines of a page that are the template's, and take their blocks out of what an article is looked for in.

    A block of which every line is marked counts as margin until `Marks.lift`, called once title and container are
    found: inside the container other rules hold.
    """
    places = Places()
    marks = Marks(page)
    others = [0]
    for line in page.lines:
        known = _known(template, places.of(line.node), line.text) if _is_block(line) else None
        line.learned = known is not None and not _is_content(line)
        if line.learned:
            (marks.shared if known else marks.own).append(line)
        others.append(others[-1] + (not line.learned))
    if marks.own or marks.shared:
        for node in page.nodes.values():
            if node.zone is Zone.MAIN and node.start < node.end and others[node.start] == others[node.end]:
                node.zone = Zone.MARGIN
                marks.margins.append(node)
    return marks


def _is_content(line: Line) -> bool:
    """Whether a line is an article's own wherever it recurs: a credit, or a lead by its class."""
    if source_credit(line.text) or is_credit_line(line.text):
        return True
    return any(LEAD_CLASS.search(node.names) for _, node in zip(range(2), line.node.ancestors(), strict=False))


def _known(template: Template, place: str, text: str) -> bool | None:
    """Return whether the place of a line of the template is shared with articles; None for another line."""
    if place not in template.places:
        return None
    return template.blocks.get(block_id(place, EVERYTHING), template.blocks.get(block_id(place, mask(text))))


@dataclass(slots=True)
class Marks:
    """The marks of a template on a page.

    Attributes:
        page: the page.
        own: lines marked at places of the template's own.
        shared: lines marked at places where articles have text too.
        margins: blocks that count as margin for the time being.
    """

    page: Page
    own: list[Line] = field(default_factory=list)
    shared: list[Line] = field(default_factory=list)
    margins: list[Node] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many lines are marked that nothing else tells from an article's: dates and counters are known anyway."""
        return sum(1 for line in (*self.own, *self.shared) if line.says is None and stamp(line) is None)

    def lift(self) -> None:
        """Give the marked blocks their zone back."""
        for node in self.margins:
            node.zone = Zone.MAIN
        self.margins.clear()

    def wipe(self, *, shared_only: bool = False) -> bool:
        """Undo the marks, all or those at shared places; give whether there were any."""
        self.lift()
        lines = self.shared if shared_only else [*self.own, *self.shared]
        for line in lines:
            line.learned = False
        self.shared = []
        self.own = self.own if shared_only else []
        return bool(lines)
