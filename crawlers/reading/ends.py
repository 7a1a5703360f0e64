"""Where an article begins and ends among the lines of its container.

At its head stand dates, counters, tools and links; at its tail a byline, a credit, counters, related links, a form's
empty labels. What is between is the article's own.
"""

import re
from collections.abc import Sequence

from crawlers.reading.echoes import key
from crawlers.reading.lines import ENDING, Says, is_view_label
from crawlers.reading.media import attachment_links, is_content_image, is_credit_line, is_video
from crawlers.reading.page import Kind, Line, Node
from crawlers.reading.people import Byline, byline, source_credit
from crawlers.reading.published import date_of, stamp
from storage.records import BylineKind

_SENTENCE = re.compile(r"[.!?…;:]\W{0,3}$")
_AUTHOR_CLASS = re.compile(r"author|tac-?gia|byline|nguoi-?viet|writer|signature|but-?danh")
_SOURCE_CLASS = re.compile(r"source|nguon")
_SIGNED = re.compile(
    r"đã ký|\bký tên|^kt\b|^tm\b|^tl\b|chủ tịch$|giám đốc$|trưởng (?:ban|phòng)$|^nơi nhận", re.IGNORECASE
)
CUT_MARK = re.compile(r"\s*(?:\.{3,}|…)$")
_BULLET = re.compile(r"^(?:[-–—+*•·▪]|\d{1,3}[.)/]|[a-zđ][.)])\s*")
REAL = 60
"""An unlinked line of this length is a paragraph; a shorter one is if it ends like a sentence of six words or more."""
CAPTION = 200
"""Characters of a caption at most."""
HEAD_SAYS = frozenset(
    {
        Says.VIEWS,
        Says.FONT,
        Says.SHARE,
        Says.TOOL,
        Says.SKIP,
        Says.LANGUAGES,
        Says.LABEL,
        Says.COMMENTS,
        Says.NOTHING,
        Says.LOGIN,
        Says.PAGER,
        Says.TAGS,
    }
)
"""What lines between a title and its text may say without being text."""


def is_real(line: Line) -> bool:
    """Whether a line is surely a paragraph of the article by its own form."""
    if line.learned:
        return False
    if line.kind is Kind.TABLE:
        return line.link < 0.5 * max(len(line.text), 1)
    if line.kind is not Kind.TEXT or is_headline(line) or line.says is not None or stamp(line) is not None:
        return False
    if source_credit(line.text) or is_credit_line(line.text):
        return False
    return len(line.text) >= REAL or (len(line.text.split()) >= 6 and bool(_SENTENCE.search(line.text)))


def is_headline(line: Line) -> bool:
    """Whether a line is a link and nothing else, but for a date beside it."""
    if line.linked:
        return True
    if line.link < 15 or line.link < 0.4 * len(line.text):
        return False
    rest = line.text
    for _, text in line.links:
        rest = rest.replace(text, " ", 1)
    return len(rest.split()) <= 1 or date_of(rest.strip(" -–|()[]")) is not None


def head_end(lines: Sequence[Line], title: str, url: str) -> int:
    """Return how many lines at the front are no text of the article: dates, counters, tools, links, the title again."""
    end = 0
    for position, line in enumerate(lines):
        if line.kind is not Kind.TEXT:
            if line.kind is Kind.TABLE and not line.learned:
                break
            continue
        kind = line.says
        meta_line = (
            line.learned
            or kind in HEAD_SAYS
            or (kind is Says.RELATED and _comes_before(lines, position))
            or stamp(line) is not None
            or key(line.text) == key(title)
            or (line.linked and not attachment_links(line, url))
            or (
                position
                and is_view_label(lines[position - 1].text)
                and line.text.replace(".", "").replace(",", "").isdigit()
            )
            or (
                len(line.text) <= 60
                and bool(_AUTHOR_CLASS.search(line.node.names))
                and byline(line.text, slot=True) is not None
            )
            or len(line.text.strip("|/-–:. ")) <= 1
        )
        if not meta_line:
            break
        end = position + 1
    return end


def stop_of(lines: Sequence[Line], first: int) -> int:
    """Return where in the container other things begin: related links, statistics, a form's labels, an item's menu."""
    texts = [(position, line) for position, line in enumerate(lines) if position >= first and line.kind is Kind.TEXT]
    real = {position for position, line in texts if is_real(line)}
    last_at = {_home(line): position for position, line in texts if position in real}
    last_real = max(real, default=-1)
    reach = -1  # the last paragraph in a block that has held one already: up to there the body goes on
    for order, (position, line) in enumerate(texts):
        if position in real:
            reach = max(reach, last_at[_home(line)])
        if len(line.text) > 160:
            continue
        goes_on = reach > position or _resumes(texts, order)
        if reach >= 0 and not goes_on and _opens_list(texts, order):
            before, row = texts[order - 1], line.node.parent
            dated = row is not None and row.holds(before[1].index) and stamp(before[1]) is not None
            return before[0] if order and dated else position
        if line.says not in ENDING:
            continue
        after = [other for _, other in texts[order + 1 : order + 5]]
        more = goes_on if reach >= 0 else last_real > position
        if line.says is Says.RELATED:
            boxed = _is_box(lines, line, texts[-1][1]) if goes_on else reach < 0 and _comes_before(lines, position)
            linked = sum(1 for other in after if is_headline(other))
            if not boxed and (linked * 2 >= len(after) or last_real <= position):
                return position
        elif _begins_other(line, after, more=more):
            return position
    return len(lines)


def _resumes(texts: Sequence[tuple[int, Line]], order: int) -> bool:
    """Whether a box of links opens here and the story goes on below it: three paragraphs of one block, no card's."""
    run: list[Line] = []
    links = False
    for _, line in texts[order : order + 24]:
        if is_headline(line):
            run, links = [], True
        elif links and is_real(line):
            run.append(line)
            if len(run) == 3:
                return len({_home(paragraph) for paragraph in run}) == 1
    return False


def _begins_other(line: Line, after: Sequence[Line], *, more: bool) -> bool:
    """Whether a line that says what it is opens what is no article: told by the lines after it.

    Args:
        line: the line.
        after: the next few lines.
        more: whether paragraphs of the article follow.
    """
    kinds = [other.says for other in after]
    if not after:
        return line.says in {Says.STATISTICS, Says.LOGIN, Says.PERMISSIONS, Says.COMMENTS}
    if line.says is Says.STATISTICS:
        return kinds[0] is Says.STATISTICS or not more
    if line.says is Says.PERMISSIONS:
        alone = len(line.text) <= 3 and kinds[0] is not Says.PERMISSIONS
        return not alone and (not more or Says.LABEL in kinds or Says.PERMISSIONS in kinds)
    if line.says is Says.LABEL:
        return kinds[:2] == [Says.LABEL, Says.LABEL]
    return line.says is Says.COMMENTS and not more


def _comes_before(lines: Sequence[Line], position: int) -> bool:
    """Whether a box of links at the head comes before the text: a paragraph follows that is no summary in a card."""
    headline: Line | None = None
    for line in lines[position + 1 : position + 15]:
        if line.kind is not Kind.TEXT or stamp(line) is not None or line.says is not None:
            continue
        if is_headline(line):
            headline = line
            continue
        return is_real(line) and (headline is None or headline.node.parent is not line.node.parent)
    return False


def _home(line: Line) -> Node:
    """The block whose paragraphs a line is one of."""
    node = line.node
    return node.parent if node.parent is not None and node.end - node.start == 1 else node


def _opens_list(texts: Sequence[tuple[int, Line]], order: int) -> bool:
    """Whether two linked headlines or more follow one another from here, dates between them aside."""
    count = 0
    for _, line in texts[order : order + 6]:
        if is_headline(line) and len(line.text) >= 25:
            count += 1
        elif stamp(line) is None:
            break
        elif not count:
            return False
    return count >= 2


def _is_box(lines: Sequence[Line], heading: Line, last: Line) -> bool:
    """Whether a heading of related links opens a box inside the body: a small block, with text of the body after it."""
    node = next((node for node in heading.node.ancestors() if node.end - node.start > 1), None)
    return (
        node is not None
        and node.end - node.start <= 14
        and not node.holds(last.index)
        and any(is_real(line) and line.index >= node.end for line in lines)
    )


def tail_of(core: Sequence[Line], title: str, url: str) -> tuple[int, int]:
    """Return where the body's text ends within its own lines, and where nothing of the article follows at all.

    The text ends after the last paragraph and the short lines that belong to it. Pictures may follow a byline or a
    credit, none follows a counter, a menu or the title's repetition.
    """
    last = max(
        (position for position, line in enumerate(core) if is_real(line) and not repeats_title(line.text, title)),
        default=-1,
    )
    end, closed = last + 1, False
    for position in range(last + 1, len(core)):
        line = core[position]
        if line.kind is not Kind.TEXT and not line.learned:
            if not closed and is_shown(line):
                end = position + 1
        elif _is_tail(core, position, title, url):
            closed = True
            if line.learned or line.says is not None or repeats_title(line.text, title):
                return end, position
        elif not closed:
            end = position + 1
    return end, len(core)


def is_shown(line: Line) -> bool:
    """Whether a line without text shows something of the article: a table, a picture, a video."""
    return (
        line.kind is Kind.TABLE
        or (line.kind is Kind.IMAGE and is_content_image(line.el))
        or (line.kind is Kind.FRAME and is_video(line.el))
    )


def _is_tail(core: Sequence[Line], position: int, title: str, url: str) -> bool:
    line = core[position]
    if line.learned:
        return not _under_picture(core, position)
    if line.says is not None or stamp(line) is not None or repeats_title(line.text, title):
        return True
    if source_credit(line.text) or _names(core, position):
        return True
    if len(line.text) <= 80 and _AUTHOR_CLASS.search(line.node.names):  # an account's name in the author's place
        return True
    if len(line.text.strip("|/-–:.*_= ")) <= 1:
        return True
    return is_headline(line) and not attachment_links(line, url) and not line.text.startswith("http")


def _under_picture(core: Sequence[Line], position: int) -> bool:
    """Whether a line of the template may be a caption: "Quang cảnh hội nghị." stands under many a picture."""
    return position > 0 and core[position - 1].kind is Kind.IMAGE and len(core[position].text) <= CAPTION


def is_furniture(line: Line) -> bool:
    """Whether a line is the template's and tells nothing of the article: no date, counter, byline or credit."""
    if not line.learned or line.linked or line.says is not None or stamp(line) is not None:
        return False
    names = f"{line.node.names} {line.node.parent.names if line.node.parent is not None else ''}"
    slot = _AUTHOR_CLASS.search(names) or _SOURCE_CLASS.search(names)
    return not slot and closing_byline(line) is None


def closing_byline(line: Line) -> Byline | None:
    """Return the byline in a line at the end: persons, a role, an office; the bare name of an office if set apart."""
    found = byline(line.text)
    if found is None and line.centred and not line.text.isupper() and len(line.text.split()) <= 6:
        office = byline(line.text, slot=True)
        return office if office is not None and office.kind is BylineKind.OFFICE else None
    return found


def _names(core: Sequence[Line], position: int) -> bool:
    """Whether a line at the end of the body is a byline: not a signature under an official text, nor a list's entry."""
    line = core[position]
    if len(line.text) > 90 or line.item or line.heading or _BULLET.match(line.text):
        return False
    found = closing_byline(line)
    if found is None:
        return False
    before = next((other for other in reversed(core[:position]) if other.kind is Kind.TEXT), None)
    if before is None:  # under a video or picture that is all of the body
        return found.kind is BylineKind.PERSON and any(map(is_shown, core[:position]))
    return not (_SIGNED.search(before.text) and len(before.text) < 90) and not (
        before.text.isupper() and len(before.text) < 60
    )


def repeats_title(text: str, title: str) -> bool:
    """Whether a line is the title again, whole or cut by "...", bare or behind its section."""
    if not title or len(text) > len(title) + 90:
        return False
    bare = CUT_MARK.sub("", text)
    own, whole = key(bare), key(title)
    at = own.find(whole[:15]) if len(whole) >= 8 else -1
    if at < 0 or (at and own[at - 1].isalnum()):
        return False
    return own[at:] == whole or (bare != text and len(own) - at >= 15 and whole.startswith(own[at:]))


def slot_names(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines whose class says author, and those whose class says source."""
    authors: list[Line] = []
    sources: list[Line] = []
    for line in lines:
        if line.kind is not Kind.TEXT or len(line.text) > 160:
            continue
        names = " ".join(node.names for _, node in zip(range(2), line.node.ancestors(), strict=False))
        names = " ".join([names, *line.marks])
        if _AUTHOR_CLASS.search(names):
            authors.append(line)
        elif _SOURCE_CLASS.search(names):
            sources.append(line)
    return authors, sources
