"""Kiên Lương district: SharePoint under rewritten addresses; class names, listing and paging are not known, so skins differ."""

import re
from urllib.parse import parse_qs

from tests.replicas import dates
from tests.replicas.chrome import capitalised_slug
from tests.replicas.markup import CAPTIONS, PARAGRAPHS, Style, attr, esc
from tests.replicas.model import Content, File, Picture, Request, Response, Stub
from tests.replicas.newsroom import Row
from tests.replicas.sharepoint import next_query, page_position
from tests.replicas.site import Facts, Site

_ADDRESS = re.compile(r"/(?:m|trang/TinTuc)/\d+/(\d+)/[A-Za-z0-9-]*\.html")
_PAGE = re.compile(r"/trang/TinTuc/16/Trang-(\d+)\.html")


class KienLuong(Site):
    """Variant 0: numbered pages `/?page=N`. Variant 1: `/trang/TinTuc/16/Trang-N.html` with a next link, articles at
    the mobile address. Variant 2: SharePoint's own paging."""

    facts = Facts(
        portal="kien_giang_kien_luong",
        host="kienluong.kiengiang.gov.vn",
        title="Cổng thông tin điện tử huyện Kiên Lương",
        footer=(
            "Cổng thông tin điện tử huyện Kiên Lương",
            "Địa chỉ: Khu phố Ngã Ba, thị trấn Kiên Lương, huyện Kiên Lương, tỉnh Kiên Giang",
            "Điện thoại: 0297.3853 111 - Email: kienluong@kiengiang.gov.vn",
        ),
        section="Chính trị, xã hội",
        start="/",
        other_hosts=("kiengiang.gov.vn",),
        etag=True,
        robots=None,
    )
    category_form = "/trang/{slug}.html"

    @property
    def style(self) -> Style:
        if self.skin.variant == 0:
            return Style("p_indent", "next_p")
        return Style(self.skin.pick("paragraph", PARAGRAPHS), self.skin.pick("caption", CAPTIONS))

    @property
    def page_date(self) -> dates.Form | None:
        return (
            dates.kien_luong
            if self.skin.variant == 0
            else self.skin.pick("page-date", (dates.kien_luong, dates.time_first, dates.baotayninh))
        )

    @property
    def listing_date(self) -> dates.Form | None:
        return self.skin.pick("listing-date", (dates.kien_luong, dates.day_only, None))

    def address(self, stub: Stub, ident: int) -> str:
        tree = "m" if (self.skin.variant == 1) != (ident == stub.second_ident) else "trang/TinTuc"
        return f"/{tree}/16/{ident}/{capitalised_slug(self.content(stub).title)}.html"

    def image_address(self, stub: Stub, picture: Picture) -> str:
        return f"https://kiengiang.gov.vn/PublishingImages/TinTuc/{stub.published:%Y-%m}/{picture.name}"

    def file_address(self, stub: Stub, file: File) -> str:
        return f"/VanBan/{stub.published:%Y}/{file.path}"

    def route(self, request: Request) -> Response | None:
        if request.path == "/" or (self.skin.variant == 2 and request.path.lower() == "/pages/default.aspx"):
            page = parse_qs(request.query).get("page", ["1"])[-1]
            return self._listing(int(page) if page.isdigit() and len(page) < 9 else 1, request.query)
        if (match := _PAGE.fullmatch(request.path)) and self.skin.variant == 1:
            return self._listing(int(match[1]), "")
        match = _ADDRESS.fullmatch(request.path)
        return self.article(request, int(match[1])) if match else None

    def not_found(self) -> Response:
        """Unknown addresses redirect to a notice that answers 200."""
        return Response.redirect("/thong-bao-loi.html", 302)

    def _standing(self, request: Request) -> Response | None:
        if request.path == "/thong-bao-loi.html":
            return Response.html(
                self.page(self.facts.title, "<p>Đường dẫn không tồn tại hoặc bài viết đã được gỡ bỏ!</p>")
            )
        return super()._standing(request)

    def _row(self, row: Row) -> str:
        content, skin = self.content(row.stub), self.skin
        href = attr(self.address(row.stub, row.ident))
        printed = self.listing_date_of(row.stub)
        date = f'<span class="{skin.cls("row-date")}">{printed}</span>' if printed else ""
        image = (
            f'<a href="{href}"><img src="https://kiengiang.gov.vn/PublishingImages/TinTuc/nho-{row.ident}.jpg" width="150" /></a>'
            if content.pictures
            else ""
        )
        lead = f'<div class="{skin.cls("row-lead")}">{esc(content.lead)}</div>' if content.lead else ""
        tag = skin.pick("row-tag", ("li", "div", "div"))
        return f'<{tag} class="{skin.cls("row")}">{image}<div class="{skin.cls("row-title")}"><a href="{href}">{esc(content.title)}</a> {date}</div>{lead}</{tag}>\n'

    def _listing(self, page: int, query: str) -> Response:
        skin, pages = self.skin, self.page_count
        if skin.variant == 2:
            shown = page_position(self.rows, query, self.facts.page_size)
            following = next_query(self.rows, shown)
            pager = (
                f'<table><tr><td class="ms-paging"><a href="{attr(f"/Pages/default.aspx?{following}")}"><img src="/_layouts/images/next.gif" alt="Trang tiếp" /></a></td></tr></table>'
                if following
                else ""
            )
        elif skin.variant == 1:
            shown = self.slice(page)
            back = f'<a href="/trang/TinTuc/16/Trang-{page - 1}.html">« Trước</a>' if page > 1 else ""
            pager = f'<div class="{skin.cls("pager")}">{back} <b>{page}</b>/{pages} ' + (
                f'<a href="/trang/TinTuc/16/Trang-{page + 1}.html">Tiếp »</a></div>' if page < pages else "</div>"
            )
        else:
            shown = self.slice(page)
            numbers = "".join(
                f'<a href="/?page={n}">{n}</a> ' if n != page else f"<span>{n}</span> "
                for n in range(max(1, page - 2), min(pages, page + 3) + 1)
            )
            pager = f'<div class="{skin.cls("pager")}"><a href="/?page=1">Trang đầu</a> {numbers}<a href="/?page={pages}">Trang cuối</a></div>'
        rows = "".join(self._row(row) for row in shown)
        tag = "ul" if skin.pick("row-tag", ("li", "div", "div")) == "li" else "div"
        main = f'<div class="{skin.cls("list")}"><div class="{skin.cls("section")}">{esc(self.facts.section)}</div><{tag}>\n{rows}</{tag}>{pager}</div>\n'
        return Response.html(self.page(self.facts.title, main))

    def article_main(self, stub: Stub, content: Content) -> str:
        skin = self.skin
        printed = self.page_date_of(stub)
        title = skin.element("title", esc(content.title), ("div", "span", "h2", "td", "p"))
        date = f'<div class="{skin.cls("date")}">{printed}</div>\n' if printed else ""
        lead = skin.element("lead", esc(content.lead), ("div", "p", "b", "td")) + "\n" if content.lead else ""
        head = title + date if skin.variant != 2 else date + title
        foot = "".join(
            f'<p style="text-align: right;"><b>{esc(line)}</b></p>\n'
            for line in (content.credit, content.byline)
            if line
        )
        files = self.file_links(stub, content, '<div class="tai-ve">Tệp đính kèm: <a href="{url}">{name}</a></div>')
        others = "".join(
            f'<li><a href="{attr(link.url)}">{esc(link.title)}</a> ({link.published:%d/%m/%Y})</li>\n'
            for link in self.related(stub)
        )
        size = f'<div class="{skin.cls("size")}">Xem với cỡ chữ<a href="javascript:doCoChu(1)">A</a><a href="javascript:doCoChu(-1)">A</a></div>\n'
        return (
            skin.wrap(
                "article",
                f'<div class="{skin.cls("section")}"><a href="/">{esc(self.facts.section)}</a></div>\n{size}{head}{lead}<div class="{skin.cls("body")}">\n{self.body(stub, content)}{foot}{files}</div>\n',
            )
            + f'<div class="{skin.cls("related")}"><div>Tin cùng chuyên mục</div><ul>{others}</ul></div>\n'
        )

    def page(self, title: str, main: str, *, description: str = "") -> str:
        skin = self.skin
        side = f'<div class="{skin.cls("column")}">{self.side()}{self.statistics()}</div>\n'
        middle = f'<div class="{skin.cls("middle")}">{main}</div>\n'
        columns = "".join(skin.pick("columns", ((side, middle), (middle, side))))
        meta = (
            f'<meta property="og:title" content="{attr(title)}" /><meta name="description" content="{attr(description)}" />'
            if skin.variant == 2
            else ""
        )
        return (
            f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8" />'
            f'<title>{esc(title)}</title>{meta}<link rel="stylesheet" href="/_layouts/1066/styles/corev4.css" />{self.scripts}</head>\n<body>\n<form name="aspnetForm" method="post" id="aspnetForm">\n{self.view_state()}'
            f'<div class="{skin.cls("top")}"><img src="/SiteAssets/dau-trang.jpg" alt="" />{self.clock()}</div>{self.menu}<div class="{skin.cls("ticker")}"><b>TIN NỔI BẬT:</b> <marquee id="ticker"></marquee></div>\n'
            f'<div class="{skin.cls("site")}"><a href="/">{esc(self.facts.title)}</a></div>\n<div class="{skin.cls("page")}">{columns}</div>{self.footer}</form>\n</body>\n</html>\n'
        )
