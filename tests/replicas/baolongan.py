"""Báo Long An: a newspaper's CMS with `-a<id>.html` addresses and a next link that reads `>`."""

import re
from urllib.parse import parse_qs

from tests.replicas import dates
from tests.replicas.markup import PARAGRAPHS, Style, attr, esc
from tests.replicas.model import BlockKind, Content, File, Picture, Request, Response, Special, Stub
from tests.replicas.newsroom import Row
from tests.replicas.site import Facts, Site
from tests.replicas.text import slug

_ADDRESS = re.compile(r"/[a-z0-9-]*-a(\d+)\.html")
_PAGE = re.compile(r"/thoi-su-chinh-tri/long-an/trang-(\d+)/?")


class BaoLongAn(Site):
    """Variant 0: class names as seen in 2020, pages `?p=N&d=`. Variant 1: those of the sister paper of Tây Ninh, pages
    `/trang-N/`. Variant 2: names that nobody saw."""

    facts = Facts(
        portal="long_an_baolongan",
        host="baolongan.vn",
        title="Báo Long An Online",
        footer=(
            "Báo Long An - Cơ quan của Đảng bộ Đảng Cộng sản Việt Nam tỉnh Long An",
            "Tòa soạn: Đường Song Hành, phường 6, thành phố Tân An, tỉnh Long An",
            "Điện thoại: 0272 3823 255 - Email: toasoan@baolongan.vn",
        ),
        section="Long An",
        start="/thoi-su-chinh-tri/long-an/",
        page_size=12,
        server=(("Server", "nginx"),),
        cookie="PHPSESSID",
        last_modified=True,
        gzip=True,
    )
    category_form = "/{slug}/"

    @property
    def style(self) -> Style:
        caption = "em" if self.skin.variant == 0 else self.skin.pick("caption", ("em", "next_p_i", "table", "next_p"))
        image = ' class="zoomimg i-img-slider-jsgallery"' if self.skin.variant != 2 else ""
        return Style(
            "p" if self.skin.variant == 0 else self.skin.pick("paragraph", PARAGRAPHS[:5]), caption, image, named=True
        )

    @property
    def page_date(self) -> dates.Form | None:
        return (
            dates.baolongan,
            dates.baotayninh,
            self.skin.pick("page-date", (dates.time_first, dates.vnportal, dates.baolongan)),
        )[self.skin.variant]

    @property
    def listing_date(self) -> dates.Form | None:
        return self.skin.pick("listing-date", (dates.baolongan, dates.day_only, dates.labelled))

    def section_names(self) -> tuple[str | None, tuple[str | None, ...]]:
        return self.facts.section, (self.facts.section, "Thời sự - Chính trị")

    def address(self, stub: Stub, ident: int) -> str:
        return f"/{slug(self.content(stub).title)}-a{ident}.html"

    def image_address(self, stub: Stub, picture: Picture) -> str:
        return f"https://{self.facts.host}/image/news/{stub.published:%Y}/{stub.published:%Y%m%d}/images/{picture.name}"

    def file_address(self, stub: Stub, file: File) -> str:
        return f"/file/news/{stub.published:%Y%m%d}/{file.path}"

    def route(self, request: Request) -> Response | None:
        if request.path.rstrip("/") + "/" == self.facts.start:
            page = parse_qs(request.query).get("p", ["1"])[-1]
            return self._listing(int(page) if page.isdigit() and len(page) < 9 else 1)
        if (match := _PAGE.fullmatch(request.path)) and self.skin.variant == 1:
            return self._listing(int(match[1]))
        if request.path == "/":
            return Response.redirect(self.facts.start, 302)
        match = _ADDRESS.fullmatch(request.path)
        return self.article(request, int(match[1])) if match else None

    def _row(self, row: Row) -> str:
        content, skin = self.content(row.stub), self.skin
        href, title = attr(self.address(row.stub, row.ident)), esc(content.title)
        picture = content.pictures[0] if content.pictures else None
        image = (
            f'<a href="{href}"><img src="{attr(self.image_address(row.stub, picture))}" alt="{attr(content.title)}" /></a>'
            if picture
            else ""
        )
        printed = self.listing_date_of(row.stub)
        names = (
            ("itemcate", "h2cate", "pubdate", "sapocate"),
            ("item", "title", "time", "sapo"),
            tuple(skin.cls(role) for role in ("row", "row-title", "row-date", "row-lead")),
        )[skin.variant]
        date = f'<span class="{names[2]}">{printed}</span>' if printed else ""
        lead = f'<p class="{names[3]}">{esc(content.lead)}</p>' if content.lead else ""
        heading = (
            f'<h2 class="{names[1]}"><a href="{href}">{title}</a></h2>'
            if skin.variant == 0
            else f'<div><a class="{names[1]}" href="{href}">{title}</a></div>'
        )
        return f'<div class="{names[0]}">{image}{heading}{date}{lead}</div>\n'

    def _page_address(self, page: int) -> str:
        return f"{self.facts.start}trang-{page}/" if self.skin.variant == 1 else f"{self.facts.start}?p={page}&amp;d="

    def _listing(self, page: int) -> Response:
        rows = "".join(self._row(row) for row in self.slice(page))
        pages = self.page_count
        back = f'<a href="{self._page_address(page - 1)}">&lt;</a> ' if page > 1 else ""
        onward = f'<a href="{self._page_address(page + 1)}">Trang sau &gt;</a>' if page < pages else ""
        pager = (
            f'<div class="fright">{back}{onward}</div>\n'
            if self.skin.variant != 2
            else f'<div class="{self.skin.cls("pager")}">{back}<span>{page}</span> {onward}</div>\n'
        )
        newest = "".join(
            f'<li><a href="{attr(link.url)}">{esc(link.title)}</a></li>\n'
            for link in self.links(self.skin.rng("newest"), 8)
        )
        main = f'<div class="catename"><a href="/thoi-su-chinh-tri/">Thời sự - Chính trị</a> <a href="{self.facts.start}">Long An</a></div>\n<div class="listcate">\n{rows}</div>{pager}<div class="boxtinmoi"><div>Tin mới</div><ul>{newest}</ul></div>\n'
        return Response.html(self.page(f"Long An - {self.facts.title}", main))

    def article_main(self, stub: Stub, content: Content) -> str:
        skin = self.skin
        heading, posted, summary, body, author = (
            ("margintopbot10 fw600", "pubdate", "fontd", "content-fck slider-jsgallery", ""),
            ("title", "time", "sapo", "content", "author"),
            tuple(skin.cls(role) for role in ("title", "date", "lead", "body", "author")),
        )[skin.variant]
        printed = self.page_date_of(stub)
        date = f'<span class="{posted}">{printed}</span>\n' if printed else ""
        title = (
            f'<h1 class="{heading}">{esc(content.title, named=True)}</h1>\n'
            if skin.variant != 2
            else skin.element("title", esc(content.title, named=True), ("h1", "h2", "div")) + "\n"
        )
        # The first picture of some articles stands above the lead, as in the seed.
        above = (
            bool(content.blocks)
            and content.blocks[0].kind is BlockKind.PICTURE
            and (stub.special is Special.SEED or stub.ident % 2 == 0)
        )
        top = self.style.block(content.blocks[0], lambda picture: self.image_address(stub, picture)) if above else ""
        tag = "h4" if skin.variant == 1 else "p"
        lead = f'<{tag} class="{summary}">{esc(content.lead, named=True)}</{tag}>\n' if content.lead else ""
        sign = "".join(
            f'<p style="text-align: right;"><strong>{esc(line, named=True)}</strong></p>\n'
            for line in (content.byline, content.credit)
            if line
        )
        if author:
            sign = "".join(
                f'<div class="{author}">{esc(line)}</div>\n' for line in (content.byline, content.credit) if line
            )
        files = self.file_links(stub, content, '<p><a href="{url}">{name}</a></p>')
        text = f'<div class="{body}">\n{self.body(stub, content, skip=int(above))}{files}{sign if not author else ""}</div>\n{sign if author else ""}'
        others = "".join(
            f'<li><a href="{attr(link.url)}">{esc(link.title)}</a> <i>({link.published:%d/%m/%Y})</i></li>\n'
            for link in self.related(stub)
        )
        share = f'<p>&nbsp;</p><div class="{skin.cls("share")}"><span>Chia sẻ bài viết</span><a href="https://facebook.com/sharer"><img src="/images/fb.png" alt="" /></a></div>\n'
        crumbs = f'<div class="catename"><a href="/thoi-su-chinh-tri/">Thời sự - Chính trị</a> <a href="{self.facts.start}">Long An</a></div>\n'
        head = date + title if skin.variant == 0 else title + date
        return (
            crumbs
            + skin.wrap("article", head + top + lead + text)
            + share
            + f'<div class="{skin.cls("related")}"><div>Tin liên quan</div><ul>{others}</ul></div>\n'
        )

    def page(self, title: str, main: str, *, description: str = "") -> str:
        skin = self.skin
        adverts = "".join(
            f'<div class="adx"><script src="https://adx.baolongan.vn/www/delivery/ajs.php?zoneid={n}"></script><ins data-revive-zoneid="{n}"></ins></div>'
            for n in range(12, 18)
        )
        side = f'<div class="{skin.cls("column")}">{adverts}{self.side()}{self.statistics()}</div>\n'
        middle = f'<div class="{skin.cls("middle")}">{main}</div>\n'
        meta = (
            f'<meta property="og:title" content="{attr(title)}" /><meta property="og:description" content="{attr(description)}" /><meta property="og:type" content="article" />'
            if skin.variant != 2
            else ""
        )
        return (
            f'<!DOCTYPE html>\n<html lang="vi">\n<head><meta charset="utf-8" /><title>{esc(title)}</title>{meta}<link rel="stylesheet" href="/css/style.css" />{self.scripts}</head>\n<body>\n'
            f'<div class="{skin.cls("lang")}"><a href="/">Tiếng Việt</a> | <a href="https://en.baolongan.vn">English</a></div>{self.clock()}\n<div class="logo"><a href="/"><img src="/images/logo.png" alt="" /></a></div>\n'
            f'{self.menu}<div class="{skin.cls("page")}">{"".join(skin.pick("columns", ((middle, side), (side, middle))))}</div>{self.menu.replace("navbar", "sitemap")}{self.footer}</body>\n</html>\n'
        )
