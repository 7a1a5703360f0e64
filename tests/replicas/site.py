"""What all portals have in common: the day, the articles, files, standing pages, refusals to answer, faults."""

import gzip
import hashlib
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from random import Random

from tests.replicas import chrome, dates, faults, files, split, standing
from tests.replicas.dates import VIETNAM
from tests.replicas.faults import Fault
from tests.replicas.markup import Style, attr, esc
from tests.replicas.model import Content, File, Picture, Request, Response, Special, Stub
from tests.replicas.newsroom import Newsroom, Row
from tests.replicas.skins import Skin

_FILE = re.compile(r"-(\d{1,12})\.(?:pdf|docx)")


@dataclass(frozen=True, slots=True)
class Facts:
    """The unchanging facts of a portal's site."""

    portal: str
    host: str
    title: str
    footer: tuple[str, ...]
    section: str
    start: str
    other_hosts: tuple[str, ...] = ()
    variants: int = 3
    page_size: int = 10
    etag: bool = False
    last_modified: bool = False
    gzip: bool = False
    server: tuple[tuple[str, str], ...] = (("Server", "Microsoft-IIS/8.5"), ("X-Powered-By", "ASP.NET"))
    cookie: str = "ASP.NET_SessionId"
    robots: str | None = "User-agent: *\nDisallow: /tim-kiem\nDisallow: /dang-nhap\nDisallow: /login\n"


class Site(ABC):
    """A portal's site on a given day. The subclasses know the addresses and the markup of their CMS."""

    facts: Facts

    def __init__(
        self, seed: int, articles: int, newest: date, page_count: int | None = None, *, splits: bool = False
    ) -> None:
        facts = self.facts
        if page_count is not None:
            articles = max(1, page_count * facts.page_size - 2)  # the seed's row and that of a second address besides
        self.skin = Skin(seed, facts.portal, facts.variants)
        self.newsroom = Newsroom(facts.portal, seed, articles, newest, facts.page_size)
        self.day = 1
        self.hits = 0
        self.no_rows = False
        self.half = False
        self.first_pages_only = False
        self.splits = splits
        self._page = 1
        self._seen: dict[int, int] = {}
        self._state = Random(f"{seed}:{facts.portal}:state")
        self._rows = lru_cache(maxsize=4)(self.newsroom.listed)
        self._side = lru_cache(maxsize=4)(self._make_side)
        self.menu = chrome.menu(self.skin, self.category_form)
        self.scripts = chrome.scripts(self.skin)
        self.footer = chrome.footer(self.skin, facts.footer)

    category_form = "/{slug}"

    # What a CMS says of itself.

    @property
    @abstractmethod
    def style(self) -> Style:
        """The editor's habits."""

    @property
    @abstractmethod
    def page_date(self) -> dates.Form | None:
        """The form of the date line on article pages, None if they print none."""

    @property
    @abstractmethod
    def listing_date(self) -> dates.Form | None:
        """The form of the dates in listing rows, None if they print none."""

    @abstractmethod
    def address(self, stub: Stub, ident: int) -> str:
        """Path and query of an article at one of its numbers, as linked."""

    @abstractmethod
    def image_address(self, stub: Stub, picture: Picture) -> str:
        """Absolute address of an image."""

    @abstractmethod
    def file_address(self, stub: Stub, file: File) -> str:
        """Path and query of an attachment."""

    @abstractmethod
    def route(self, request: Request) -> Response | None:
        """The answer to a request for a listing or an article; None where there is nothing at the address."""

    @abstractmethod
    def page(self, title: str, main: str, *, description: str = "") -> str:
        """A whole page around its main part."""

    @abstractmethod
    def article_main(self, stub: Stub, content: Content) -> str:
        """The main part of an article's page."""

    def section_names(self) -> tuple[str | None, tuple[str | None, ...]]:
        """The section as printed on article pages, and all that the page and the listing bear out."""
        return self.facts.section, (self.facts.section,)

    def views_shown(self) -> bool:
        """Whether article pages show a view count."""
        return False

    # Listing.

    @property
    def rows(self) -> list[Row]:
        """Rows of the listing today."""
        return [] if self.no_rows else self._rows(self.day)

    @property
    def page_count(self) -> int:
        """Pages of the listing today."""
        return -(-len(self.rows) // self.facts.page_size)

    def slice(self, page: int, size: int | None = None) -> list[Row]:
        """Rows of a page; none past the end."""
        size = size or self.facts.page_size
        return self.rows[(page - 1) * size : page * size] if page >= 1 else []

    def content(self, stub: Stub) -> Content:
        """What the article says today."""
        return self.newsroom.content(stub, min(self.day, 2))

    def parts(self, stub: Stub) -> list[Content]:
        """The article as its pages show it: one, or several where this site splits long ones."""
        content = self.content(stub)
        return split.parts(self.skin, stub, content, self.day) if self.splits else [content]

    def shows_date(self, stub: Stub, where: str) -> bool:
        """Whether `page` or `listing` prints the article's date."""
        form = self.page_date if where == "page" else self.listing_date
        if form is None or stub.special is Special.NO_DATE:
            return False
        return not (where == "page" and stub.special is Special.LISTING_DATE)

    def listing_date_of(self, stub: Stub) -> str:
        """The date as a listing row prints it, or ""."""
        return self.listing_date(stub.published) if self.listing_date and self.shows_date(stub, "listing") else ""

    def page_date_of(self, stub: Stub) -> str:
        """The date line of the article's page, or ""."""
        return self.page_date(stub.published) if self.page_date and self.shows_date(stub, "page") else ""

    def _make_side(self, day: int) -> list[str]:
        hot = chrome.hot_news(
            self.skin,
            self.links(Random(f"hot:{day}"), 8),
            self.skin.pick("hot", ("Tin nổi bật", "Tin đọc nhiều", "Tin mới nhất")),
        )
        return chrome.side_blocks(self.skin, hot)

    def side(self) -> str:
        """The side blocks of today."""
        return "".join(self._side(self.day))

    def links(self, rng: Random, count: int, *, not_to: Stub | None = None) -> list[chrome.Link]:
        """Links to some of the newer articles."""
        rows = [row for row in self._rows(self.day)[:60] if row.stub is not not_to]
        picked = rng.sample(rows, min(count, len(rows)))
        return [
            chrome.Link(self.address(row.stub, row.ident), self.content(row.stub).title, row.stub.published)
            for row in picked
        ]

    def related(self, stub: Stub) -> list[chrome.Link]:
        """Links below an article: those of the seed text, or to other articles."""
        given = self.newsroom.given
        if stub.special is Special.SEED and given.related:
            return [
                chrome.Link(f"{self.facts.start}?bai={n}", title, datetime.strptime(f"{day} +0700", "%d/%m/%Y %z"))
                for n, (title, day) in enumerate(given.related)
            ]
        return self.links(Random(f"related:{stub.index}"), 6, not_to=stub)

    def views(self, stub: Stub) -> int:
        """The view count to print now: it rises with every fetch."""
        self._seen[stub.index] = self._seen.get(stub.index, -1) + 1
        return stub.views + self._seen[stub.index]

    # Answers.

    def handle(self, request: Request) -> Response:
        """Answer a request to one of the portal's hosts; faults are the server's business."""
        self.hits += 1
        facts = self.facts
        if request.scheme == "http" and request.host == facts.host:
            return Response.redirect(f"https://{facts.host}{request.target}")
        if request.method not in {"GET", "HEAD", "POST"}:
            return Response(405)
        if request.path == "/robots.txt":
            return self._robots()
        if request.host != facts.host:
            return self._asset(request) or Response.html("<h1>403 Forbidden</h1>", 403)
        if self.splits:
            self._page, request = split.asked(self.skin, request)
        response = self.route(request) or self._asset(request) or self._standing(request) or self.not_found()
        return self._coded(request, response)

    def _robots(self) -> Response:
        if self.facts.robots is None:
            return Response.html("<h1>404</h1>", 404)
        return Response(200, self.facts.robots.encode(), {"Content-Type": "text/plain"})

    def _coded(self, request: Request, response: Response) -> Response:
        response.headers.update(self.facts.server)
        response.headers.setdefault(
            "Set-Cookie", f"{self.facts.cookie}={self._state.randbytes(12).hex()}; path=/; HttpOnly"
        )
        if not (self.facts.gzip and response.body and "gzip" in request.headers.get("accept-encoding", "")):
            return response
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(response.status, gzip.compress(response.body, 1), headers)

    def article(self, request: Request, ident: int) -> Response | None:
        """The answer at an article's number: the page, 304, a redirect, 404; None if there is no such number."""
        stub = self.newsroom.find(ident, self.day)
        if stub is None:
            return None
        if stub.special is Special.REMOVED and self.day >= 2:
            return self.missing()
        if stub.special is Special.MOVED:
            if self.day >= 2 and ident == stub.ident:
                return Response.redirect(self.address(stub, stub.second_ident))
            if self.day < 2 and ident == stub.second_ident:
                return None
        if self.half and ident % 2:
            return Response.html("<h1>Server Error in '/' Application.</h1>", 500)
        parts = self.parts(stub)
        if not 1 <= self._page <= len(parts):
            return self.missing()
        if self._page > 1 and self.first_pages_only:
            return Response.html("<h1>Server Error in '/' Application.</h1>", 500)
        content = parts[self._page - 1]
        edited = stub.special is Special.EDITED and self.day >= 2
        moved_on = len(parts) > 1 and self.day >= 3
        changed = stub.published + timedelta(days=2 if moved_on else 1 if edited else 0, minutes=3)
        etag = f'W/"{hashlib.sha256(repr(content).encode()).hexdigest()[:16]}"'
        validators: dict[str, str] = {}
        if self.facts.etag:
            validators["ETag"] = etag
        if self.facts.last_modified:
            validators["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
        known = request.headers.get("if-none-match")
        if known is not None and self.facts.etag:
            if etag in known:
                return Response(304, b"", validators)
        elif self.facts.last_modified and request.headers.get("if-modified-since") == validators["Last-Modified"]:
            return Response(304, b"", validators)
        main = self.article_main(stub, content)
        if len(parts) > 1:
            main = split.with_pager(self.skin, main, self.address(stub, ident), self._page, len(parts))
        page = self.page(self.page_title(content), main, description=content.lead)
        response = Response.html(page)
        response.headers.update(validators)
        return response

    def page_title(self, content: Content) -> str:
        """The text of an article's `<title>`."""
        return f"{content.title} - {self.facts.title}"

    def not_found(self) -> Response:
        """The answer at an unknown address; some portals answer 200 here."""
        return self.missing()

    def missing(self) -> Response:
        """A 404 page with all boilerplate."""
        return Response.html(self.page(f"Không tìm thấy trang - {self.facts.title}", self.missing_main()), 404)

    def missing_main(self) -> str:
        """The main part of the not-found page."""
        return '<div class="error"><h2>404</h2><p>Trang bạn yêu cầu không tồn tại hoặc đã bị gỡ bỏ.</p><p><a href="/">Quay về trang chủ</a></p></div>'

    def _asset(self, request: Request) -> Response | None:
        name = request.path.rsplit("/", 1)[-1].lower()
        ending = name.rsplit(".", 1)[-1] if "." in name else ""
        if ending in {"png", "jpg", "gif", "ico"}:
            return Response(200, files.png(len(request.path)), {"Content-Type": "image/png"})
        if ending in {"css", "js"}:
            return Response(200, files.CSS if ending == "css" else b"", {"Content-Type": files.MEDIA_TYPES[ending]})
        return self._file(request)

    def _file(self, request: Request) -> Response | None:
        match = _FILE.search(request.path)
        stub = self.newsroom.find(int(match[1]), self.day) if match else None
        if stub is None:
            return None
        content = self.content(stub)
        for file in content.files:
            if self.file_address(stub, file).split("?")[0] == request.path:
                return Response(
                    200, files.make(file.kind, content.title), {"Content-Type": files.MEDIA_TYPES[file.kind]}
                )
        return None

    def _standing(self, request: Request) -> Response | None:
        found = standing.find(request.path, self.facts.portal, self.menu)
        if found is None:
            return None
        title, main = found
        return Response.html(
            self.page(f"{title} - {self.facts.title}", f'<div class="{self.skin.cls("standing")}">{main}</div>')
        )

    def answer(self, request: Request, fault: Fault | None, argument: str) -> Response:
        """Answer a request under a fault, or under none. `SLOW` and `QUIET` are for the server to do."""
        own = request.host == self.facts.host
        self.no_rows = fault is Fault.NO_ROWS and own
        self.half = fault is Fault.HALF_ARTICLES and own
        self.first_pages_only = fault is Fault.LATER_PAGES and own
        if fault is None:
            return self.handle(request)
        if request.path == "/robots.txt":
            return faults.robots(fault) or self.handle(request)
        return self._broken(fault, argument) or self.handle(request)

    def _broken(self, fault: Fault, argument: str) -> Response | None:
        match fault:
            case Fault.SOFT_404:
                return Response.html(self.page(self.facts.title, self.missing_main()))
            case Fault.GONE:
                return self.missing()
            case _:
                return faults.answer(fault, argument, self._state)

    # Pieces for the subclasses.

    def clock(self) -> str:
        """The page clock."""
        return chrome.clock(self.skin, dates.clock(datetime.now(VIETNAM)))

    def statistics(self) -> str:
        """The visitor statistics of this moment."""
        return chrome.statistics(self.skin, self.hits)

    def view_state(self, kilobytes: int = 52) -> str:
        """Hidden fields, never twice the same."""
        return chrome.view_state(self._state, kilobytes)

    def body(self, stub: Stub, content: Content, *, skip: int = 0) -> str:
        """The article's body in the editor's habits, its first `skip` blocks left out."""
        text = self.style.body(content.blocks[skip:], lambda picture: self.image_address(stub, picture))
        return text + split.SEAM if self.splits else text

    def file_links(self, stub: Stub, content: Content, form: str = '<a href="{url}">{name}</a>') -> str:
        """Links to the attachments."""
        return "".join(
            form.format(url=attr(self.file_address(stub, file)), name=esc(file.name)) for file in content.files
        )
