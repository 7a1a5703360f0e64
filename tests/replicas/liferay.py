"""Tiền Giang on Liferay 6.2: `_cur` paging, article addresses that are a bare query string, no date on the page."""

import re
from functools import cached_property
from urllib.parse import parse_qs, unquote

from tests.replicas import dates, files
from tests.replicas.markup import CAPTIONS, PARAGRAPHS, Style, attr, esc
from tests.replicas.model import Content, File, Picture, Request, Response, Stub
from tests.replicas.newsroom import Row
from tests.replicas.site import Facts, Site
from tests.replicas.text import slug

_ADDRESS = re.compile(r"/[a-z0-9-]*/(\d+)=?")


class TienGiang(Site):
    """Variant 0: a portlet of the province's own, rows with dates. Variant 1: the asset publisher with the class names of
    a sibling site. Variant 2: own portlet without any date, `<title>` that names no article."""

    facts = Facts(
        portal="tien_giang",
        host="tiengiang.gov.vn",
        title="Cổng Thông tin điện tử tỉnh Tiền Giang",
        footer=(
            "Cổng Thông tin điện tử tỉnh Tiền Giang",
            "Cơ quan chủ quản: Ủy ban nhân dân tỉnh Tiền Giang",
            "Địa chỉ: số 23, đường 30/4, phường 1, thành phố Mỹ Tho - Điện thoại: 0273.3873126",
        ),
        section="CẢI CÁCH THỦ TỤC HÀNH CHÍNH",
        start="/",
        server=(("Server", "Apache-Coyote/1.1"), ("Liferay-Portal", "Liferay Portal Community Edition 6.2 CE GA6")),
        cookie="JSESSIONID",
        robots="User-Agent: *\nDisallow: /c/\nDisallow: /group/\n",
    )
    category_form = "https://tiengiang.gov.vn/{slug}"

    @cached_property
    def instance(self) -> str:
        """Name of the news portlet's instance."""
        mark = "".join(
            self.skin.rng("instance").choice("ABCDEFGHKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz0123456789")
            for _ in range(12)
        )
        return f"101_INSTANCE_{mark}" if self.skin.variant == 1 else f"hienthitin_WAR_tiengiangportlet_INSTANCE_{mark}"

    @property
    def style(self) -> Style:
        if self.skin.variant == 0:
            return Style("p", "next_p")
        return Style(self.skin.pick("paragraph", PARAGRAPHS), self.skin.pick("caption", CAPTIONS))

    @property
    def page_date(self) -> dates.Form | None:
        return None

    @property
    def listing_date(self) -> dates.Form | None:
        return (dates.day_only, dates.liferay, None)[self.skin.variant]

    def address(self, stub: Stub, ident: int) -> str:
        return f"/chi-tiet-tin?/{slug(self.content(stub).title, drop_d=True)}/{ident}"

    def image_address(self, stub: Stub, picture: Picture) -> str:
        return f"https://{self.facts.host}/image/journal/article?img_id={stub.ident}&name={picture.name}"

    def file_address(self, stub: Stub, file: File) -> str:
        mark = self.newsroom.base + stub.ident
        return f"/documents/10184/{stub.ident}/{file.path}/8a4c1f7e-2b1d-4c6e-9f33-{mark:012d}?t={int(stub.published.timestamp() * 1000)}"

    def route(self, request: Request) -> Response | None:
        if request.path in {"/", "/trang-chu", "/web/guest/home"}:
            page = parse_qs(request.query).get(f"_{self.instance}_cur", ["1"])[-1]
            return Response.html(
                self.page(
                    f"Trang chủ - {self.facts.title}",
                    self._listing(int(page) if page.isdigit() and len(page) < 9 else 1),
                )
            )
        if request.path.startswith("/image/"):
            return Response(200, files.png(len(request.query)), {"Content-Type": "image/png"})
        if request.path == "/chi-tiet-tin":
            match = _ADDRESS.fullmatch(unquote(request.query))
            return self.article(request, int(match[1])) if match else None
        return None

    def not_found(self) -> Response:
        """Unknown addresses answer 200 with an empty portlet."""
        return Response.html(
            self.page(
                self.facts.title,
                self._portlet("hienthi", self.facts.section, "<div>Danh sách tin - Danh mục tạm thời không có.</div>"),
            )
        )

    def page_title(self, content: Content) -> str:
        return (
            f"Chi tiết tin - {self.facts.title}" if self.skin.variant == 2 else f"{content.title} - {self.facts.title}"
        )

    def _row(self, row: Row) -> str:
        content, skin = self.content(row.stub), self.skin
        href = attr(
            f"https://{self.facts.host}{self.address(row.stub, row.ident)}"
            if skin.variant == 1
            else self.address(row.stub, row.ident)
        )
        printed = self.listing_date_of(row.stub)
        if skin.variant == 1:
            date = f'<div class="assetPublishDate">{printed}</div>' if printed else ""
            return f'<div class="asset-abstract asset-bounddary"><h3 class="asset-title"><a href="{href}">{esc(content.title)}</a></h3>{date}<div class="asset-content"><div class="asset-summary">{esc(content.lead)}</div></div></div>\n'
        date = f' <span class="{skin.cls("row-date")}">({printed})</span>' if printed else ""
        image = (
            f'<a href="{href}"><img src="/image/journal/thumb?img_id={row.ident}" alt="" /></a>'
            if content.pictures
            else ""
        )
        lead = f'<p class="{skin.cls("row-lead")}">{esc(content.lead)}</p>' if content.lead else ""
        return f'<div class="{skin.cls("row")}">{image}<a class="{skin.cls("row-title")}" href="{href}">{esc(content.title)}</a>{date}{lead}</div>\n'

    def _page_address(self, page: int) -> str:
        name = self.instance
        return attr(
            f"https://{self.facts.host}/trang-chu?p_p_id={name}&p_p_lifecycle=0&p_p_state=normal&p_p_mode=view&p_p_col_id=column-2&p_p_col_count=3"
            f"&_{name}_delta={self.facts.page_size}&_{name}_keywords=&_{name}_advancedSearch=false&_{name}_andOperator=true&p_r_p_564233524_resetCur=false&_{name}_cur={page}"
        )

    def _listing(self, page: int) -> str:
        rows = "".join(self._row(row) for row in self.slice(page))
        pages = self.page_count
        first = (
            f'<li class="first"><a href="{self._page_address(1)}">← Đầu tiên</a></li><li><a href="{self._page_address(page - 1)}">Trước</a></li>'
            if page > 1
            else ""
        )
        last = (
            f'<li><a href="{self._page_address(page + 1)}">Tiếp theo</a></li><li class="last"><a href="{self._page_address(pages)}">Cuối cùng →</a></li>'
            if page < pages
            else ""
        )
        size = self.facts.page_size
        results = f'<div class="search-results">Hiển thị kết quả {(page - 1) * size + 1} - {min(page * size, len(self.rows))} của {len(self.rows)}</div>'
        pager = f'<div class="taglib-page-iterator">{results}<ul class="pager lfr-pagination-buttons">{first}{last}</ul></div>\n'
        return self._portlet(
            self.instance, self.facts.section, f'<div class="{self.skin.cls("list")}">\n{rows}</div>{pager}'
        )

    def _portlet(self, name: str, heading: str, inner: str) -> str:
        icon = f'<img class="icon" src="/html/icons/tin.png" alt="{attr(heading)}" />'
        return (
            f'<div class="portlet-boundary portlet-boundary_{name.split("_INSTANCE", maxsplit=1)[0]}_ portlet-static" id="p_p_id_{name}_"><span id="p_{name}"></span>\n<div class="portlet-borderless-container"><section class="portlet">'
            f'<header class="portlet-topper"><h1 class="portlet-title">{icon} <span class="portlet-title-text">{esc(heading)}</span></h1></header><div class="portlet-content"><div class="portlet-body">\n{inner}</div></div></section></div></div>\n'
        )

    def article_main(self, stub: Stub, content: Content) -> str:
        skin = self.skin
        if skin.variant == 1:
            title = f'<div class="asset-full-content-title">{esc(content.title)}</div>\n'
            lead = (
                f'<p class="sapo"><strong>{esc(content.lead)}</strong></p>\n'
                if content.lead
                else '<p class="sapo"><strong></strong></p>\n'
            )
            body = f'<div class="journal-content-article">{self.body(stub, content)}</p></div>\n'
        else:
            title = skin.element("title", esc(content.title), ("div", "p", "span", "h3")) + "\n"
            lead = skin.element("lead", esc(content.lead), ("div", "p", "strong")) + "\n" if content.lead else ""
            body = f'<div class="{skin.cls("body")}">{self.body(stub, content)}</div>\n'
        foot = "".join(
            f'<div class="{skin.cls("author")}" style="text-align:right"><strong>{esc(line)}</strong></div>\n'
            for line in (content.byline, content.credit)
            if line
        )
        files = self.file_links(stub, content, '<div class="file"><a href="{url}">{name}</a></div>')
        others = "".join(
            f'<div><a href="{attr(link.url)}">{esc(link.title)}</a>&nbsp; &nbsp;{link.published:%d/%m/%Y}</div>\n'
            for link in self.related(stub)
        )
        related = f'<div class="{skin.cls("related")}"><div>Tin liên quan</div>\n{others}</div>\n'
        empty = self._portlet(
            "danhsach_WAR_tiengiangportlet",
            self.facts.section,
            "<div>Danh sách tin - Danh mục tạm thời không có.</div>",
        )
        return empty + self._portlet(
            "chitiet_WAR_tiengiangportlet",
            self.facts.section,
            skin.wrap("article", title + lead + body + files + foot) + related,
        )

    def page(self, title: str, main: str, *, description: str = "") -> str:
        skin = self.skin
        side = f'<div class="portlet-column span3" id="column-3">{self.side()}{self.statistics()}<div class="visitor-tracking-wraper">Đang truy cập: {20 + self.hits % 30}</div></div>\n'
        links = self._portlet(
            "lienket_WAR_portlet", "Liên kết", "<ul><li><a href='https://chinhphu.vn'>Chính phủ</a></li></ul>"
        )
        middle = f'<div class="portlet-column span9" id="column-2"><div class="portlet-dropzone portlet-column-content">{main}{links}</div></div>\n'
        columns = "".join(skin.pick("columns", ((middle, side), (side, middle))))
        methods = ",".join(
            f'"/{name}-portlet/api/{n}":{{method:"get-{name}-{n}",params:["groupId","start","end"]}}'
            for n, name in enumerate(("journal", "asset", "document", "wiki", "poll") * 60)
        )
        return (
            f'<!DOCTYPE html>\n<html class="aui ltr" dir="ltr" lang="vi-VN">\n<head><title>{esc(title)}</title><meta content="text/html; charset=UTF-8" http-equiv="content-type" />'
            f'<link class="lfr-css-file" href="https://tiengiang.gov.vn/tg-theme/css/aui.css?browserId=other&amp;t=1621993502000" rel="stylesheet" type="text/css" />\n<script type="text/javascript">\n// <![CDATA[\nvar Liferay={{Browser:{{acceptsGzip:function(){{return true}}}},Data:{{}},Service:{{{methods}}},'
            f'authToken:"{self._state.randbytes(4).hex()}",currentURL:"\\x2f"}};\n// ]]>\n</script>\n{self.scripts}</head>\n<body class="yui3-skin-sam signed-out public-page site">\n<a href="#main-content" id="skip-to-content">Truy cập nội dung luôn</a>\n'
            f'<div id="wrapper"><header id="banner"><a class="logo" href="https://tiengiang.gov.vn"><img alt="Tiền Giang" src="/image/layout_set_logo" /></a>{self.clock()}<a href="/c/portal/login?p_l_id=20301" id="sign-in">Đăng nhập</a></header>\n'
            f'{self.menu}<div id="content"><div class="columns-2" id="main-content" role="main"><div class="portlet-layout row-fluid">{columns}</div></div></div>\n{self.footer}</div>\n</body>\n</html>\n'
        )
