"""A tried page for the browser: the page beside what was read of it, in one HTML file that loads nothing.

The page's own markup does not reach the file: its tree is written anew from a list of plain tags without attributes, so
that no script, style, form, address or picture of it is there. It lies in a frame without any right, under a policy
that forbids everything but our style. Kept text is green, stripped text red, each field is outlined and named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawlers.portal import Portal
from crawlers.reading.decode import decode
from crawlers.reading.tree import INLINE, INVISIBLE, TooComplex, parse
from flows.steps.portals.fields import LABELS, Row, rows, warnings
from flows.steps.portals.marks import Marked, mark_fields
from flows.steps.portals.tried import Tried
from storage.records import Article

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PLAIN_TAGS = (
    "p div ul ol li table thead tbody tfoot tr td th caption h1 h2 h3 h4 h5 h6 blockquote pre section article header "
    "footer nav aside main br hr b i strong em u sub sup figure figcaption dl dt dd"
)
_PLAIN = frozenset(_PLAIN_TAGS.split())
_EMPTY = frozenset({"br", "hr"})

_STYLE = """
:root{color-scheme:light}body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}
h1{font-size:1.15rem;margin:0 0 .3rem}header{padding:.8rem 1rem;border-bottom:1px solid #ccc}
.url{color:#555;overflow-wrap:anywhere}.warn{background:#fff4ce;border-left:4px solid #c77700;margin:.4rem 0 0;
padding:.4rem .7rem .4rem 1.6rem}.fine{color:#1a6e2e}.two{display:grid;grid-template-columns:3fr 2fr}
iframe{width:100%;height:calc(100vh - 3rem);border:0;border-right:1px solid #ccc}
aside{padding:.6rem 1rem;overflow:auto;height:calc(100vh - 4.2rem)}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.25rem .4rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}

td:first-child,th:first-child{white-space:nowrap}td:last-child{min-width:9rem}
td.none{color:#888}.how{color:#555;font-size:.85rem}.text p{margin:.4rem 0}
.key span{padding:0 .3rem;margin-right:.5rem}
.key .k{background:#c9f0d0}.key .x{background:#ffd9d6}
"""
_PAGE_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:1rem;color:#1b1b1b;background:#fff;overflow-wrap:anywhere}
.x{background:#ffd9d6;color:#7a1f18}mark{background:#c9f0d0;color:#0d3b18;outline:2px solid #2e8b46;outline-offset:1px}
mark.text,mark.lead{outline-width:1px}mark.related{background:#e4e4f7;outline-color:#6a6ab5;color:#26265c}
mark.first::before{content:attr(data-name);font-size:.7rem;font-weight:bold;background:#2e8b46;color:#fff;
padding:0 .3rem;margin-right:.3rem}mark.related.first::before{background:#6a6ab5}
.img{border:1px dashed #999;padding:.2rem .5rem;display:inline-block}.img.k{background:#c9f0d0;border:2px solid #2e8b46}
.img.x{border-color:#c9736b}table{border-collapse:collapse}td,th{border:1px solid #ddd;padding:.1rem .3rem}
"""


def report(tried: Tried, portal: Portal) -> str:
    """Return the report of a page, as an HTML document."""
    result = tried.result
    problems = warnings(tried, portal)
    frame, missing = _frame(tried)
    problems += [
        f"{LABELS[name]}: {count} giá trị không có nguyên văn trên trang (ghép lại, hoặc lấy từ danh sách)"
        for name, count in Counter(missing).items()
    ]
    title = result.title if isinstance(result, Article) else "Trang không thành bài"
    said = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    warned = f'<ul class="warn" id="warnings">{said}</ul>' if said else '<p class="fine">Không có cảnh báo.</p>'
    beside = _record(result) if isinstance(result, Article) else "<p>Không có bài.</p>"
    return (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<title>{escape(title)} · {escape(portal.name)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1><div class="url">{escape(portal.title)} · {escape(tried.page.url)} · tải lúc '
        f"{tried.page.fetched_at:%d/%m/%Y %H:%M}</div>{warned}"
        f'<p class="key"><span class="k">chữ được giữ</span><span class="x">chữ của khung trang, đã bỏ</span></p>'
        f'</header><div class="two"><iframe sandbox="" title="Trang như đã tải" srcdoc="{escape(frame)}"></iframe>'
        f"<aside>{beside}</aside></div></body></html>\n"
    )


def _record(article: Article) -> str:
    body = "".join(map(_row, rows(article)))
    text = "".join(f"<p>{escape(paragraph.text)}</p>" for paragraph in article.paragraphs)
    lead = f"<p><b>{escape(article.lead)}</b></p>" if article.lead else ""
    return (
        f'<table id="record"><tr><th>trường</th><th>giá trị</th><th>cách đọc</th></tr>{body}</table>'
        f'<div class="text"><h1>{escape(article.title)}</h1>{lead}{text}</div>'
    )


def _row(row: Row) -> str:
    if not row.value:
        return f'<tr><td>{escape(row.label)}</td><td class="none">không có</td><td></td></tr>'
    how = f'{escape(row.method)}<div class="how">{escape(row.evidence)}</div>'
    return f"<tr><td>{escape(row.label)}</td><td>{escape(row.value)}</td><td>{how}</td></tr>"


def _frame(tried: Tried) -> tuple[str, Sequence[str]]:
    """Return the page, written anew with its marks, and the fields that were not found on it."""
    head = (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        f"<style>{_PAGE_STYLE}</style>"
    )
    try:
        root = parse(decode(tried.page.body, tried.page.headers).text, tried.page.url)
    except TooComplex as error:
        return f"{head}<p>Trang quá phức tạp: {escape(str(error))}</p>", ()
    article = tried.result if isinstance(tried.result, Article) else None
    marked = mark_fields(root, article) if article else None
    writer = _Writer(tried.page.url, article, marked)
    writer.element(root)
    return head + "".join(writer.out), marked.missing if marked else ()


class _Writer:
    """Writes a tree anew."""

    def __init__(self, url: str, article: Article | None, marked: Marked | None) -> None:
        self.out: list[str] = []
        self._url = url
        self._images = {image.url for image in article.images} if article else set()
        self._named: set[str] = set()
        self._fields = (
            {(piece.element, piece.tail): names for piece, names in zip(marked.pieces, marked.fields, strict=True)}
            if marked
            else {}
        )

    def element(self, element: HtmlElement) -> None:
        """Write an element and what is in it, not its tail."""
        tag = str(element.tag)
        if tag == "img":
            self._image(element)
            return
        plain = tag if tag in _PLAIN else "span" if tag in INLINE else "div"
        self.out.append(f"<{plain}>")
        self._text(element, tail=False)
        for child in element:
            if isinstance(child.tag, str) and child.tag not in INVISIBLE:
                self.element(child)
            self._text(child, tail=True)
        if plain not in _EMPTY:
            self.out.append(f"</{plain}>")

    def _image(self, element: HtmlElement) -> None:
        addresses = {self._absolute(value) for value in element.attrib.values()}
        kept = "k" if addresses & self._images else "x"
        name = element.get("alt") or (element.get("src") or "").rpartition("/")[2][:80]
        self.out.append(f'<span class="img {kept}">[ảnh: {escape(name)}]</span>')

    def _absolute(self, value: str) -> str:
        try:
            return urljoin(self._url, value.strip())
        except ValueError:
            return ""

    def _text(self, element: HtmlElement, *, tail: bool) -> None:
        text = element.tail if tail else element.text
        if not text:
            return
        names = self._fields.get((element, tail), [""] * len(text))
        self.out.extend(self._stretches(text, names))

    def _stretches(self, text: str, names: Sequence[str]) -> Iterator[str]:
        start = 0
        for name, same in groupby(names):
            end = start + sum(1 for _ in same)
            said = text[start:end]
            start = end
            if not said.strip():
                yield escape(said)
            elif not name:
                yield f'<span class="x">{escape(said)}</span>'
            else:
                first = "" if name in self._named else " first"
                self._named.add(name)
                yield f'<mark class="{name}{first}" data-name="{escape(LABELS[name])}">{escape(said)}</mark>'
