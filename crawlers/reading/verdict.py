"""Whether a page is an article at all, told before its text is read.

First by bytes (a file, a feed), then by what small pages say (a challenge, a block, an error), then by what the page
holds: rows of links to articles, a form, a password field. A page whose title has text of its own under it is an
article, whatever stands around it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from crawlers.reading.lines import Says
from crawlers.reading.locate import in_card, is_good
from crawlers.reading.media import attachment_links, is_content_image
from crawlers.reading.meta import Meta
from crawlers.reading.page import Kind, Line, Page, Zone
from crawlers.reading.rows import Rows, rows_of
from crawlers.reading.tree import css
from storage.vocabulary import RefusalKind

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP or Office file"),
    (b"\xd0\xcf\x11\xe0", "old Office file"),
    (b"\x89PNG", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"Rar!", "RAR archive"),
    (b"{\\rtf", "RTF document"),
    (b"RIFF", "RIFF media"),
)
_XML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(rss|feed|urlset|sitemapindex|rdf:RDF|opml|"
    rb"soap|Error)\b",
    re.DOTALL,
)
_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|div|p|a|table|span|script|meta|title|h[1-6]|ul|li|br|img|form|"
    rb"font|center)\b",
    re.IGNORECASE,
)
_CHALLENGE_SCRIPT = re.compile(r"document\.cookie\s*=|setCookie\s*\(", re.IGNORECASE)
_RELOAD = re.compile(r"location\s*(?:\.\s*(?:reload|href|replace|assign)|=)|http-equiv=.?refresh", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"just a moment|checking your browser|verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"enable javascript and cookies to continue|ddos protection by|"
    r"xác (?:minh|thực) (?:bạn|rằng bạn) (?:là|không phải)|attention required! \| cloudflare|"
    r"please wait while we (?:check|verify)",
    re.IGNORECASE,
)
_BLOCK = re.compile(
    r"request rejected|the requested url was rejected|access (?:is )?denied|"
    r"you don'?t have permission to access|an error occurred while processing your request|"
    r"your (?:request|access|ip).{0,40}(?:blocked|forbidden)|403 forbidden|^forbidden$|"
    r"truy cập (?:của bạn )?(?:đã )?bị (?:từ chối|chặn)|web application firewall|"
    r"bạn không có quyền truy cập|incapsula incident|sorry, you have been blocked|too many requests",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:trang|bài viết|nội dung|đường dẫn|tài nguyên|bản tin|địa chỉ|thông tin|dữ liệu)(?: \w+){0,8}? "
    r"(?:không (?:được )?(?:tìm thấy|tồn tại)|đã bị (?:xóa|xoá|gỡ)|không còn tồn tại|đã được gỡ bỏ)\b.{0,80}|"
    r"không tìm thấy (?:trang|nội dung|bài viết|tài nguyên|đường dẫn|địa chỉ)\b.{0,60}|"
    r"(?:the |this )?(?:requested )?(?:page|resource|article)(?: \w+){0,6}? (?:not (?:be )?found|no longer exists?|"
    r"does not exist)\b.{0,40}",
    re.IGNORECASE,
)
"""A whole line that says, however it is set, that what was asked for is not there."""
_ERROR = re.compile(
    r"(?:(?:http )?(?:status|error|lỗi|code)? ?[-:]? ?(?:404|410|500|502|503|504)(?: ?[-–|:.!] ?.{0,80}|"
    r" (?:not found|error|internal server error|bad gateway|service unavailable).{0,60})?|"
    r"(?:page |file |resource |object )?not found.{0,40}|(?:the |this )?(?:requested )?(?:page|resource|"
    r"url|item|file).{0,60}(?:not (?:be )?found|no longer exists?|does not exist|"
    r"cannot be found).{0,60}|"
    r"(?:trang|bài viết|nội dung|đường dẫn|tài nguyên|tin|bản tin|dữ liệu|liên kết|url|địa chỉ|"
    r"thông tin)(?: (?:web|mà))?.{0,60}"
    r"(?:không (?:được )?(?:tìm thấy|tồn tại)|đã bị (?:xóa|xoá|gỡ)|không còn tồn tại|không có sẵn|"
    r"không khả dụng|đã được gỡ bỏ).{0,80}|"
    r"không tìm thấy(?! (?:kết quả|bản ghi)).{0,70}|"
    r"server error in .{0,40}|runtime error|internal server error|bad gateway|service unavailable|"
    r"(?:đã )?(?:có|xảy ra) lỗi.{0,60}|(?:status|trạng thái)|"
    r"an? (?:unexpected )?error (?:has )?occurred.{0,60}|object moved.{0,40}|lỗi(?: hệ thống| máy chủ|"
    r" kết nối.{0,30})?|oops.{0,40}|database error.{0,40}|error|"
    r"sorry, something went wrong.{0,40}|the operation (?:has )?timed out.{0,40}|index of /.{0,60})",
    re.IGNORECASE,
)
_CRASH = re.compile(
    r"server error in .{1,60}|(?:runtime|parser|compilation|configuration|fatal) error|the resource cannot be found\.?",
    re.IGNORECASE,
)
"""A server's own heading: what stands under it is its explanation, however long."""
_MAINTENANCE = re.compile(
    r"(?:hệ thống|website|web|trang|cổng|dịch vụ|máy chủ|chúng tôi)\b.{0,60}?(?:đang|được|tạm (?:dừng|ngừng)).{0,40}"
    r"(?:bảo trì|nâng cấp|bảo dưỡng|xây dựng)|(?:hệ thống|website) bảo trì|under (?:maintenance|construction)|"
    r"scheduled maintenance|down for maintenance",
    re.IGNORECASE,
)
_SMALL_PAGES = (
    (RefusalKind.CHALLENGE, _CHALLENGE),
    (RefusalKind.BLOCK, _BLOCK),
    (RefusalKind.MAINTENANCE, _MAINTENANCE),
)
_NAMED: tuple[tuple[RefusalKind, re.Pattern[str]], ...] = (
    (
        RefusalKind.LOGIN,
        re.compile(
            r"(?:trang )?đăng nhập(?: (?:hệ thống|tài khoản|quản trị|một lần))?|log ?in|sign ?in|"
            r"đăng ký(?: tài khoản| thành viên)?|quên mật khẩu",
            re.IGNORECASE,
        ),
    ),
    (
        RefusalKind.SEARCH,
        re.compile(
            r"(?:kết quả )?(?:tìm kiếm|tra cứu)(?: (?:nâng cao|thông tin|văn bản|tin bài|bài viết))?.{0,40}|"
            r"search(?: results?)?.{0,40}",
            re.IGNORECASE,
        ),
    ),
    (
        RefusalKind.SITEMAP,
        re.compile(r"sơ đồ (?:cổng|trang|website|web|site|cổng thông tin).{0,30}|site ?map", re.IGNORECASE),
    ),
    (
        RefusalKind.POLL,
        re.compile(
            r"(?:kết quả )?(?:thăm dò|trưng cầu|bình chọn|khảo sát)(?: (?:ý kiến|dư luận).{0,40})?|poll.{0,20}|"
            r"vote.{0,20}",
            re.IGNORECASE,
        ),
    ),
    (
        RefusalKind.DIRECTORY,
        re.compile(
            r"(?:danh bạ|danh sách) (?:điện thoại|thư điện tử|liên lạc|cơ quan|email|hộp thư).{0,40}|danh bạ|"
            r"đường dây nóng|hotlines?|phone ?book|directory",
            re.IGNORECASE,
        ),
    ),
    (
        RefusalKind.FORM,
        re.compile(
            r"liên hệ(?: (?:với )?(?:chúng tôi|ban biên tập))?|(?:gửi |đặt )?(?:câu hỏi|góp ý|ý kiến|"
            r"phản ánh)(?:.{0,30})?|contact(?: us)?|(?:nhập |tờ )?đơn đăng ký.{0,20}|feedback",
            re.IGNORECASE,
        ),
    ),
    (RefusalKind.LISTING, re.compile(r"hỏi ?[-–,]? ?đáp.{0,30}|câu hỏi thường gặp|faqs?", re.IGNORECASE)),
)
_HOME_PATH = re.compile(
    r"/?(?:(?:index|default|home|trang-?chu|trangchu|home-page|pages/default|pages/home|"
    r"pages/trang-?chu|web/[^/]{1,40}/(?:home|trang-chu)|vi|vn)?(?:\.(?:html?|aspx?|php|jsp))?/?)",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"(?:trả lời|nội dung trả lời|câu trả lời|answer)\s*:?", re.IGNORECASE)
_CONTACT = re.compile(r"\b0\d[\d .]{7,12}\b|[\w.]{2,40}@[\w.]{3,40}")
_VOTES = re.compile(r"(?:tổng số (?:phiếu|bình chọn|lượt)|total votes|số phiếu|phiếu bầu)\s*:?.{0,20}", re.IGNORECASE)
SMALL = 1500
"""Visible characters below which a page's few words tell what it is."""
_CARDS = 4
_BUTTONS = frozenset({"hidden", "submit", "button", "image", "reset"})
_LABELS = 3
"""Fields within one line from which its text is their labels."""
_HEADLINE = 25
_NEAR = 10
"""Lines under a title within which the page says that there is nothing: the fields of a filter may stand between."""
LITTLE = 250
"""Characters of own prose below which a page named "Đăng nhập" or "404" is that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A refusal kind and the evidence for it."""

    kind: RefusalKind
    reason: str


def of_bytes(body: bytes, headers: Mapping[str, str] | None) -> Verdict | None:
    """Return a refusal for bytes that are no HTML page."""
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not head:
        return Verdict(RefusalKind.EMPTY, "no bytes" if not body else "nothing but white space")
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return Verdict(RefusalKind.NOT_HTML, name)
    if (feed := _XML.match(head)) is not None:
        return Verdict(RefusalKind.NOT_HTML, f"XML <{feed[1].decode()}>")
    if head[:1] in b"{[" and not _TAG.search(body[:200_000]):
        return Verdict(RefusalKind.NOT_HTML, "JSON or script")
    kind = next((value for name, value in (headers or {}).items() if name.lower() == "content-type"), "").lower()
    if not _TAG.search(body[:200_000]) and not _TAG.search(body[:200_000].replace(b"\x00", b"")):
        named = f", Content-Type {kind}" if kind else ""
        return Verdict(RefusalKind.NOT_HTML, f"no HTML tag{named}")
    return None


def of_words(page: Page, meta: Meta) -> Verdict | None:
    """Return a refusal for a page that says itself what it is: a challenge, a block, an error, maintenance."""
    texts = [line for line in page.lines if line.kind in {Kind.TEXT, Kind.TABLE} and line.node.zone is not Zone.UNSEEN]
    size = sum(len(line.text) for line in texts)
    if size < 600:
        scripts = " ".join((script.text or "")[:20_000] for script in page.root.iter("script"))
        refresh = any((el.get("http-equiv") or "").lower() == "refresh" for el in page.root.iter("meta"))
        if _CHALLENGE_SCRIPT.search(scripts) and (_RELOAD.search(scripts) or refresh):
            return Verdict(RefusalKind.CHALLENGE, "a script sets a cookie and loads the page again")
    good = [line for line in texts if is_good(line)]
    if size < SMALL and len(good) < 2:
        said = [meta.page_title, *(line.text for line in texts[:60])]
        for kind, pattern in _SMALL_PAGES:
            text = next((text for text in said if len(text) < 400 and pattern.search(text)), None)
            if text is not None:
                return Verdict(kind, text[:200])
    crash = next((line.text for line in texts[:5] if line.heading and _CRASH.fullmatch(line.text)), None)
    if crash is not None:
        return Verdict(RefusalKind.ERROR, crash)
    prose = sum(len(line.text) for line in good)
    return _of_heading(texts, small=size < SMALL) if prose < LITTLE + 150 else None


def _of_heading(texts: Sequence[Line], *, small: bool) -> Verdict | None:
    """An error or maintenance that a heading, an alert, or any line of a small page tells."""
    for line in texts:
        if line.node.zone is not Zone.MAIN or line.linked or len(line.text) > 200:
            continue
        loud = line.heading or "error" in line.node.names or "alert" in line.node.names or small
        if loud and _ERROR.fullmatch(line.text.strip(" .!*-–")):
            return Verdict(RefusalKind.ERROR, line.text[:200])
        if line.heading and _MAINTENANCE.search(line.text):
            return Verdict(RefusalKind.MAINTENANCE, line.text[:200])
    return None


def of_content(
    page: Page, meta: Meta, title: Line | None, probe: Line | None, *, named: bool, row_selectors: Sequence[str]
) -> Verdict | None:
    """Return a refusal for a page that holds no article: a list, a home page, a form, a login, nothing.

    Args:
        page: the page.
        meta: the claims of its tags.
        title: the line that echoes as the title, if any.
        probe: that line, or the one that is set like a title where none echoes.
        named: whether the listing row or a rule names the title, so that the page is an article's.
        row_selectors: the CMS's selectors of listing rows.
    """
    rows = rows_of(page, title, row_selectors)
    own = [
        line
        for line in page.lines
        if is_good(line) and line.index not in rows.inside and not in_card(page, line, title)
    ]
    after = [line for line in own if title is None or line.index > title.index]
    prose = sum(len(line.text) - line.link for line in after)
    own_first = probe is not None and _owns(page, probe, rows)
    called = _named(page, meta, title, prose, beside=named or own_first) or (
        _gone(page) if title is None and prose < LITTLE else None
    )
    if called is not None:
        return called
    form = None if own_first else _form(page, prose)
    if form is not None:
        return form
    contacts = _contacts(page) if prose < 40 * 100 else 0
    if contacts >= 8 and prose < 40 * contacts:
        return Verdict(
            RefusalKind.DIRECTORY, f"{contacts} telephone numbers and addresses, {prose} characters of prose"
        )
    if named:
        return None
    nothing = _says_nothing(page, title) if not own_first and prose == 0 else None
    if nothing is not None:
        return nothing
    home = _HOME_PATH.fullmatch(urlsplit(page.url).path) is not None and not urlsplit(page.url).query
    if home and len(rows.rows) >= 3 and (prose < 1500 or not own_first):
        return Verdict(RefusalKind.HOME, f"the host's first page, a list of {len(rows.rows)} links")
    return _listing(page, rows, row_selectors, after, title, own_first=own_first)


def _says_nothing(page: Page, title: Line | None) -> Verdict | None:
    """The line under the title that says that its list is empty."""
    after = title.index + 1 if title is not None else 0
    for line in page.lines[after : after + _NEAR]:
        if line.says is Says.NOTHING and line.node.zone is Zone.MAIN:
            return Verdict(RefusalKind.EMPTY, line.text)
    return None


def _listing(
    page: Page, rows: Rows, selectors: Sequence[str], after: Sequence[Line], title: Line | None, *, own_first: bool
) -> Verdict | None:
    """A page of rows of links, or of summaries that each stand under a linked headline."""
    prose = sum(len(line.text) - line.link for line in after)
    if (
        len(rows.rows) >= 3
        and not own_first
        and (prose < 0.5 * rows.size or (title is None and prose < 0.3 * rows.size))
    ):
        return Verdict(RefusalKind.LISTING, f"{len(rows.rows)} rows of links, {prose} characters of prose beside them")
    if rows.rows and not own_first and prose < 80 and (len(rows.rows) >= 2 or _is_summary_row(page, rows, selectors)):
        return Verdict(RefusalKind.LISTING, f"{len(rows.rows)} rows of links and nothing else")
    cards = _cards(page, after, title)
    if cards >= _CARDS and cards >= 0.8 * len(after):
        return Verdict(RefusalKind.LISTING, f"{cards} summaries, each under a headline of its own")
    return None


def _cards(page: Page, prose: Sequence[Line], title: Line | None) -> int:
    """How many paragraphs stand each under a headline that leads away; 0 where the first is the page's own."""
    here = urlsplit(page.url).path
    last = title.index if title is not None else -1
    count = 0
    for line in prose:
        headed = any(_is_headline_away(other, here) for other in page.lines[last + 1 : line.index])
        if not headed and line is prose[0]:
            return 0
        count += headed
        last = line.index
    return count


def _is_headline_away(line: Line, here: str) -> bool:
    """Whether a line is a link of a headline's length to another page than the one at the path `here`."""
    if not line.linked or len(line.text) < _HEADLINE or line.node.zone is not Zone.MAIN:
        return False
    hrefs = [el.get("href") or "" for el, _ in line.links]
    return all(href and not href.startswith(("#", "javascript:")) and here not in {href, f"{href}/"} for href in hrefs)


def _gone(page: Page) -> Verdict | None:
    """The line that says that what was asked for is not there, where nothing on the page names a title."""
    for line in page.lines:
        if line.node.zone is Zone.MAIN and not line.linked and len(line.text) <= 200:
            said = line.text.strip(" .!*-–")
            if _GONE.fullmatch(said):
                return Verdict(RefusalKind.ERROR, said)
    return None


def _contacts(page: Page) -> int:
    """How many telephone numbers and e-mail addresses the page lists, its foot aside."""
    return sum(
        len(_CONTACT.findall(line.text))
        for line in page.lines
        if line.node.zone is Zone.MAIN and ("@" in line.text or "0" in line.text) and line.says is not Says.FOOTER
    )


def _owns(page: Page, title: Line, rows: Rows) -> bool:
    """Whether the title has content of its own under it before a row of links begins."""
    controls = Counter(index for el, index in page.controls if el.get("type") not in _BUTTONS)
    labels = {index for index, count in controls.items() if count >= _LABELS}
    for line in page.lines[title.index + 1 :]:
        if line.index in rows.inside:
            return False
        if line.index in labels:
            continue
        if line.node.zone is Zone.MAIN and _is_own(line, page.url) and not in_card(page, line, title):
            return True
    return False


def _is_summary_row(page: Page, rows: Rows, selectors: Sequence[str]) -> bool:
    row = rows.rows[0]
    lines = page.lines_of(row)
    headline = next((line for line in lines if line.linked and len(line.text) >= 20), None)
    return headline is not None and (
        bool(headline.heading) or any(row.el in css(page.root, selector) for selector in selectors)
    )


def _is_own(line: Line, url: str) -> bool:
    """Whether a line between the title and the first row is content of the page's own."""
    if line.kind is Kind.IMAGE:
        around = islice(line.el.iterancestors(), 4)
        return is_content_image(line.el) and all(el.tag != "a" for el in around)
    if line.kind in {Kind.TABLE, Kind.FRAME}:
        return True
    return bool(attachment_links(line, url)) or (not line.linked and len(line.text) >= 30 and line.says is None)


def _named(page: Page, meta: Meta, title: Line | None, prose: int, *, beside: bool) -> Verdict | None:
    """A page that its title calls a login, a search, a sitemap … and that holds little else, or the form for it.

    `beside` an article, and where there is prose, the other headings name blocks of the margin ("Thăm dò ý kiến") and
    say nothing of the page; answers are prose.
    """
    names = [title.text] if title is not None else []
    if meta.page_title:
        names.append(re.split(r"\s+[-–|»]\s+", meta.page_title)[0])
    own = len(names)
    if not beside:
        names += [
            line.text for line in page.lines if line.heading and line.heading <= 2 and line.node.zone is Zone.MAIN
        ][:3]
    kinds = [
        (kind, name)
        for place, name in enumerate(names)
        for kind, pattern in _NAMED
        if pattern.fullmatch(name.strip(" :.-–")) and (place < own or prose < LITTLE or kind is RefusalKind.LISTING)
    ]
    if not kinds:
        return None
    kind, name = kinds[0]
    password = any(el.get("type") == "password" for el, _ in page.controls)
    fields = _fields(page)
    answers = sum(1 for line in page.lines if _ANSWER.fullmatch(line.text))
    radios = sum(1 for el, _ in page.controls if el.get("type") == "radio")
    votes = any(_VOTES.fullmatch(line.text) for line in page.lines)
    proof = {
        RefusalKind.LOGIN: password or prose < LITTLE,
        RefusalKind.SEARCH: prose < 4 * LITTLE,
        RefusalKind.SITEMAP: prose < LITTLE,
        RefusalKind.POLL: radios >= 2 or votes or prose < 100,
        RefusalKind.DIRECTORY: prose < LITTLE,
        RefusalKind.FORM: fields >= 3 and prose < 4 * LITTLE,
        RefusalKind.LISTING: (fields >= 1 and answers >= 1) or answers >= 2,
    }[kind]
    if not proof:
        return None
    if kind is RefusalKind.DIRECTORY and not any(
        _CONTACT.search(line.text) for line in page.lines if line.node.zone is Zone.MAIN
    ):
        return None
    return Verdict(kind, name)


def _fields(page: Page) -> int:
    """How many fields of the page are for people to fill in, search boxes of the frame aside."""
    count = 0
    for el, index in page.controls:
        kind = (el.get("type") or "text").lower() if el.tag == "input" else el.tag
        if kind not in {
            "text",
            "email",
            "tel",
            "number",
            "date",
            "textarea",
            "select",
            "file",
            "radio",
            "checkbox",
            "password",
        }:
            continue
        name = f"{el.get('name') or ''} {el.get('id') or ''} {el.get('class') or ''}".lower()
        if re.search(r"search|tim-?kiem|timkiem|keyword|q$", name) and kind == "text":
            continue
        near = page.lines[index - 1].node if index else page.body
        if near.zone is Zone.MARGIN:
            continue
        count += 1
    return count


def _form(page: Page, prose: int) -> Verdict | None:
    password = sum(1 for el, _ in page.controls if el.get("type") == "password")
    if password and prose < LITTLE:
        return Verdict(RefusalKind.LOGIN, "a password field and no text")
    fields = _fields(page)
    if fields >= 6 and prose < min(80 * fields, 1200):
        return Verdict(RefusalKind.FORM, f"{fields} fields to fill in, {prose} characters of prose")
    return None
