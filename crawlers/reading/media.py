"""Images, attachments and embedded frames: addresses, names, captions, credits."""

import mimetypes
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

from lxml.html import HtmlElement

from crawlers.reading.page import Kind, Line, Node, Page
from crawlers.reading.walk import is_icon
from storage.records import Attachment, Image
from storage.text import clean

_FILE = re.compile(
    r"\.(pdf|docx?|xlsx?|pptx?|ppsx?|odt|ods|odp|rtf|zip|rar|7z|csv|txt|xml|epub|mp3|mp4|tif|tiff)(?:$|"
    r"[?#&;/])",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|ppsx?|odt|ods|odp|rtf|zip|rar|7z|csv)\W*(?:\(.{1,30}\))?$", re.IGNORECASE
)
_HANDLER = re.compile(
    r"download|tai-?(?:ve|xuong|file|tep)|(?:get|view|open)-?file|attach|dinh-?kem|\.ashx", re.IGNORECASE
)
"""What the address of a program that hands out files says, where it names no file itself."""
_TYPE = re.compile(
    r"(?:^|&)(?:type|ext|extension|format|file-?type)=\.?(?:pdf|docx?|xlsx?|pptx?|rtf|zip|rar|7z|csv)(?:&|$)",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"(?:place-?holder|loading|lazy|blank|spacer|transparent|1x1|no-?image)[^/]*$", re.IGNORECASE)
_ONCLICK = re.compile(r"""(?:download|open|view|xem|tai)\w*\s*\(([^)]{1,600})\)""", re.IGNORECASE)
_QUOTED = re.compile(r"""['"]([^'"]{1,500})['"]""")
_DOCUMENT = re.compile(r"/documents/\d+/\d+/[^/]+/[0-9a-f-]{36}", re.IGNORECASE)
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-srcset", "src", "srcset")
_VIDEO_HOST = re.compile(
    r"youtube|youtu\.be|vimeo|dailymotion|facebook\.com/plugins/video|/video|player|\.mp4|mediacdn", re.IGNORECASE
)
_CREDIT = re.compile(
    r"(?:^|[.\s(\-–—;,])(?:\(?\s*)((?:ảnh|nguồn ảnh|ảnh minh họa|photo|"
    r"hình)\s*:\s*[^:]{2,80}?)\s*\)?\.?$",
    re.IGNORECASE,
)
_CREDIT_LINE = re.compile(r"\(?\s*(?:ảnh|nguồn ảnh|photo|ảnh minh họa)\s*:\s*.{2,120}", re.IGNORECASE)
_CAPTION_CLASS = re.compile(
    r"caption|chu-?thich|chuthich|image-?desc|photo-?desc|pimage|avatar_?desc|imgdesc|note-?img|"
    r"desc-?img"
)
_CAPTION_WORDS = re.compile(r"trong ảnh|ảnh\s*:|\(ảnh|ảnh minh họa|ảnh tư liệu|\(nguồn ảnh", re.IGNORECASE)
_REPORTS = re.compile(
    r"\d|chia sẻ|cho (?:biết|hay|rằng)|khẳng định|nhấn mạnh|bày tỏ|nói|tâm sự|"
    r"^(?:so với|tại [^,]{2,40},|theo|nhờ|tuy nhiên|đến nay|tổng|bên cạnh|ngoài ra|đồng thời|trong đó|dự kiến|hiện|"
    r"đây là|từ đó|qua đó|việc|để|khi|nếu)\b",
    re.IGNORECASE,
)
"""What a sentence that reports says, and a caption seldom: figures, who said so, a word that ties it to the text."""
_PICTURE = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp)\b|^(?:#|javascript:|$)", re.IGNORECASE)
_LISTED = re.compile(r"(?:[-–—+*•·▪]|\d{1,3}[.)/]|[a-zđ][.)])\s")
_TERMINAL = '.!?…"”'
PLAIN_CAPTION = 140
"""A plain line under an image is its caption up to this length, if the article's other pictures have such lines too; a
set-off one (italic, centred) may be twice as long, one that says "Trong ảnh" three times."""


def image_url(el: HtmlElement, base: str) -> str | None:
    """Return an image's absolute address, lazy-loading attributes first, or None for data and empty ones."""
    for name in _LAZY:
        value: str = (el.get(name) or "").strip()
        if not value or value.startswith(("data:", "javascript:", "about:")):
            continue
        if name == "src" and el.get("srcset") and _PLACEHOLDER.search(value):
            continue
        if name.endswith("srcset"):
            value = _largest(value)
        try:
            url = urljoin(base, value)
        except ValueError:
            continue
        if value and urlsplit(url).scheme in {"http", "https"}:
            return url
    return None


def _largest(srcset: str) -> str:
    """The address of the widest picture in a `srcset`; of the last one where no widths are given."""
    candidates = [words for part in re.split(r",\s+|,(?=\S+\s)", srcset) if (words := part.split())]
    widths = [
        float(width[:-1]) if re.fullmatch(r"\d{1,5}(?:\.\d{1,3})?[wx]", width := words[-1]) else 0.0
        for words in candidates
    ]
    best = max(range(len(candidates)), key=lambda place: (widths[place], place), default=None)
    return candidates[best][0] if best is not None else ""


def is_content_image(el: HtmlElement) -> bool:
    """Whether an image may be the article's: it has an address and is no icon, spacer or button."""
    return not is_icon(el) and any(
        (value := (el.get(name) or "").strip()) and not value.startswith("data:") for name in _LAZY
    )


def is_banner(el: HtmlElement) -> bool:
    """Whether an image is a link to somewhere else than a larger picture."""
    around = el.getparent()
    while around is not None and around.tag not in {"a", "div", "p", "td", "li", "body"}:
        around = around.getparent()
    return around is not None and around.tag == "a" and _PICTURE.search(around.get("href") or "") is None


def is_video(el: HtmlElement) -> bool:
    """Whether an embedded frame shows a video."""
    return el.tag in {"video", "embed"} or bool(_VIDEO_HOST.search(el.get("src") or el.get("data-src") or ""))


def is_file(address: str) -> bool:
    """Whether an address has the form of a file's; `attachment_url` makes sure."""
    return _FILE.search(address) is not None or _DOCUMENT.search(address) is not None


def attachment_url(el: HtmlElement, base: str) -> str | None:
    """Return the address of the file that a link or frame leads to, or None.

    Files are told by their extension, by Liferay's `/documents/` form, by `downloadFile('id', '/upload/…')` on a click,
    and by the `file=` of a viewer's frame.
    """
    href = (el.get("href") or el.get("src") or el.get("data") or "").strip()
    click = el.get("onclick") or (href if href.startswith("javascript:") else "")
    call = _ONCLICK.search(click) if click else None
    for quoted in _QUOTED.findall(call[1]) if call else ():
        if "/" in quoted and (_FILE.search(quoted) or "upload" in quoted.lower()):
            return _join(base, quoted)
    if not href or href.startswith(("javascript:", "mailto:", "tel:", "#")):
        return None
    shows = el.tag in {"iframe", "embed", "object"}
    if not shows and not is_file(href):  # to resolve every address of a page takes long
        return None
    try:
        parts = urlsplit(urljoin(base, href))
    except ValueError:
        return None
    if shows and (shown := _shown_file(parts.query)):
        return _join(base, shown)
    if _FILE.search(parts.path) or _DOCUMENT.search(parts.path) or (_FILE.search(parts.query) and "=" in parts.query):
        return _join(base, href)
    return None


def _shown_file(query: str) -> str | None:
    """The file that a viewer's address names in its query."""
    values = parse_qs(query)
    named = (value for name in ("file", "url", "src") for value in values.get(name, []))
    return next((value for value in named if _FILE.search(value)), None)


def _join(base: str, address: str) -> str | None:
    try:
        url = urljoin(base, address.strip())
        return url if urlsplit(url).scheme in {"http", "https"} else None
    except ValueError:
        return None


def attachment_links(line: Line, base: str) -> list[tuple[str, str]]:
    """Return the (address, shown name) of the files that a line links to, or that its frame shows."""
    found = [(url, text) for el, text in line.links if (url := attachment_url(el, base) or _handed_out(el, text, base))]
    if line.kind is Kind.FRAME and (url := attachment_url(line.el, base)):
        found.append((url, ""))
    return found


def _handed_out(el: HtmlElement, text: str, base: str) -> str | None:
    """The address of a file that a program hands out: the link's text is its name, or the address says its type."""
    href = (el.get("href") or "").strip()
    url = _join(base, href) if _HANDLER.search(href) else None
    if url is None:
        return None
    parts = urlsplit(url)
    if _HANDLER.search(f"{parts.path}?{parts.query}") and (_FILE_NAME.search(text) or _TYPE.search(parts.query)):
        return url
    return None


def is_file_line(line: Line, base: str) -> bool:
    """Whether a line is nothing but a link to a file shown by its file name: a list entry, not a sentence."""
    if not line.links or not attachment_links(line, base):
        return False
    rest = line.text
    for _, text in line.links:
        rest = rest.replace(text, "", 1)
    return len(rest.strip(" -–•:;()[]0123456789.,KkMmBb")) <= 12 and all(
        _FILE_NAME.search(text) or (len(text) < 30 and not text[:1].islower() and _is_download(text))
        for _, text in line.links
        if text
    )


def _is_download(text: str) -> bool:
    return re.match(r"(?:tải|download|xem|tệp|file|đính kèm)\b", text, re.IGNORECASE) is not None


def attachments(lines: Sequence[Line], base: str) -> tuple[Attachment, ...]:
    """Return the files that these lines link to, each address once, in order."""
    found: dict[str, Attachment] = {}
    for line in lines:
        for url, shown in attachment_links(line, base):
            name = clean(shown) or file_name(url)
            if _is_download(name) and len(name) < 30:
                name = file_name(url) or name
            found.setdefault(url, Attachment(url, name, _media_type(url, name)))
    return tuple(found.values())


def _media_type(url: str, name: str) -> str:
    """The media type by the end of the address, or of the name that is shown."""
    shown = re.sub(r"\W*(?:\(.{1,30}\))?$", "", name)
    return mimetypes.guess_type(urlsplit(url).path)[0] or (
        mimetypes.guess_type(f"/{shown}")[0] or "" if _FILE_NAME.search(name) else ""
    )


def file_name(url: str) -> str:
    """Return the file name in an address, percent-decoded."""
    pieces = [piece for piece in unquote(urlsplit(url).path).split("/") if piece]
    named = [piece for piece in pieces if _FILE.search(piece)]
    return clean(named[-1] if named else pieces[-1] if pieces else "")


def is_credit_line(text: str) -> bool:
    """Whether a line is an image's credit alone: "Ảnh: Sưu tầm. Nguồn: www.baoapbac.vn"."""
    return len(text) <= 140 and _CREDIT_LINE.fullmatch(text) is not None


def split_credit(caption: str) -> tuple[str, str]:
    """Return a caption without its closing credit, and the credit ("Ảnh: H.Y.T."); the words stay as printed."""
    match = _CREDIT.search(caption)
    if match is None or match.start(1) < 8:
        return caption, ""
    return caption[: match.start(1)].rstrip(" -–—(;,"), match[1].strip()


def captions(page: Page, lines: Sequence[Line], *, tiny: bool) -> dict[int, list[Line]]:
    """Return the caption lines of each image among `lines`, by the image's index.

    A caption is told by markup (`figcaption`, a caption class, the image's own cell or figure) or by adjacency: the
    line right under an image that is set off, speaks of the picture, or is short; a second line that goes on in lower
    case belongs to it.

    Args:
        page: the page.
        lines: the article's lines.
        tiny: whether the article has so little text that a plain short line may be all of it.
    """
    found: dict[int, list[Line]] = {}
    taken: set[int] = set()
    plain: list[int] = []
    pictures = 0
    for position, line in enumerate(lines):
        if line.kind is not Kind.IMAGE or not is_content_image(line.el):
            continue
        pictures += 1
        box = _picture_box(page, line)
        inside = [
            other
            for other in (page.lines_of(box) if box else ())
            if other.kind is Kind.TEXT and len(other.text) <= 600 and other.index not in taken
        ]
        if not inside:
            inside = _below(lines, position)
            if inside and not is_set_off(inside[0]):
                plain.append(line.index)
        if inside:
            found[line.index] = inside
            taken.update(other.index for other in inside)
    prose = Counter(_form(line) for line in lines if line.kind is Kind.TEXT and len(line.text) > PLAIN_CAPTION)
    unlike = len(plain) < len(found) or len(plain) * 3 < pictures * 2  # other pictures show how captions are set here
    for index in plain:
        under = found[index][0]
        ends = under.text[-1] in _TERMINAL
        reports = ends and prose[_form(under)] and _REPORTS.search(under.text) is not None
        if tiny or reports or (ends and (unlike or len(found[index][0].text) > PLAIN_CAPTION - 40)):
            del found[index]
    return found


def _form(line: Line) -> tuple[str, str | None, str]:
    """How a line's block is set: paragraphs of one text are set alike."""
    return line.node.tag, line.node.el.get("class"), line.node.style


def _picture_box(page: Page, image: Line) -> Node | None:
    """The figure, caption table or small block that holds one image and its caption, or None."""
    for _, node in zip(range(5), image.node.ancestors(), strict=False):
        if node.end - node.start > 12:
            return None
        inside = page.lines_of(node)
        images = sum(1 for line in inside if line.kind is Kind.IMAGE)
        size = sum(len(line.text) for line in inside)
        if images > 1 or size > 600:
            return None
        if node.tag == "figure" or (node.tag == "table" and size) or ("caption" in node.names and size):
            return node
    return None


def _below(lines: Sequence[Line], position: int) -> list[Line]:
    following = lines[position + 1] if position + 1 < len(lines) else None
    if following is None or following.kind is not Kind.TEXT or following.heading or not _is_caption(following):
        return []
    found = [following]
    for line in lines[position + 2 : position + 4]:
        same = line.kind is Kind.TEXT and (following.slanted, following.centred) == (line.slanted, line.centred)
        open_end = found[-1].text[-1] == "," or (same and following.slanted and found[-1].text[-1] not in _TERMINAL)
        goes_on = (
            same
            and open_end
            and line.text[0].islower()
            and len(line.text) <= PLAIN_CAPTION
            and not _LISTED.match(line.text)
        )
        if not (goes_on or (line.kind is Kind.TEXT and is_credit_line(line.text))):
            break
        found.append(line)
    return found


def is_set_off(line: Line) -> bool:
    """Whether a line is set or worded as a caption, so that its place under a picture needs no other witness."""
    if is_credit_line(line.text) or _CAPTION_CLASS.search(line.node.names):
        return True
    size = len(line.text)
    if line.slanted or line.centred:
        return size <= 2 * PLAIN_CAPTION
    return size <= 3 * PLAIN_CAPTION and _CAPTION_WORDS.search(line.text) is not None


def _is_caption(line: Line) -> bool:
    size = len(line.text)
    if size > 3 * PLAIN_CAPTION or line.link > 0.5 * size:
        return False
    if is_set_off(line):
        return True
    if line.text[0].islower() or _LISTED.match(line.text) or line.strong or line.item or line.text[-1] in ":;":
        return False
    return size <= PLAIN_CAPTION and ". " not in line.text


def images(page: Page, lines: Sequence[Line], found: dict[int, list[Line]]) -> tuple[Image, ...]:
    """Return the article's images in order, with caption, credit and caption ids."""
    out: list[Image] = []
    seen: set[str] = set()
    count = 0
    for line in lines:
        if line.kind is not Kind.IMAGE or not is_content_image(line.el):
            continue
        url = image_url(line.el, page.url)
        if url is None or url in seen:
            continue
        seen.add(url)
        texts = [other.text for other in found.get(line.index, [])]
        credited = [text for text in texts if is_credit_line(text)]
        caption = " ".join(text for text in texts if not is_credit_line(text))
        caption, credit = split_credit(caption)
        credit = credit or " ".join(credited).strip("() ")
        if caption:
            count += 1
        out.append(Image(url, caption, credit, clean(line.el.get("alt") or ""), f"c{count}" if caption else None))
    return tuple(out)
