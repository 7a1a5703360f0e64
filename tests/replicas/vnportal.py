"""Lào Cai on VNPT vnPortal: ASP.NET pages, listings paged by an AJAX POST whose ids stand in inline script."""

import re
from urllib.parse import parse_qs

from tests.replicas import dates
from tests.replicas.markup import CAPTIONS, PARAGRAPHS, Style, attr, esc
from tests.replicas.model import Content, File, Picture, Request, Response, Stub
from tests.replicas.newsroom import Row
from tests.replicas.site import Facts, Site
from tests.replicas.text import slug

_PAGER = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"
_SITE_ID, _CATEGORY, _PAGE_ID = 1242, 60433, 31090
_ADDRESS = re.compile(r"/tin-thoi-su/[a-z0-9-]+-(\d+)")
_OLD_ADDRESS = re.compile(r"/\d+/\d+/\d+/(\d+)/tin-thoi-su/[a-z0-9-]+")


class LaoCai(Site):
    """Variant 0: the order of the seed, no date on the page. Variant 1: PostDate as three crawlers saw it. Variant 2:
    a theme with other class names, no date on the page."""

    facts = Facts(
        portal="lao_cai",
        host="laocai.gov.vn",
        title="Cổng thông tin điện tử tỉnh Lào Cai",
        footer=(
            "Cổng Thông tin điện tử tỉnh Lào Cai",
            "Địa chỉ: Đại lộ Trần Hưng Đạo, phường Nam Cường, thành phố Lào Cai",
            "Điện thoại: 0214.3840888 - Email: banbientap@laocai.gov.vn",
        ),
        section="Tin thời sự",
        start="/tin-thoi-su",
        other_hosts=("storage-vnportal.vnpt.vn",),
        etag=True,
        last_modified=True,
        gzip=True,
        robots="User-agent: *\nDisallow: /login\nDisallow: /tim-kiem\nSitemap: https://laocai.gov.vn/sitemap.xml\n",
    )

    @property
    def style(self) -> Style:
        variant = self.skin.variant
        if variant == 0:
            return Style("p", "next_p", ' class="img-responsive"')
        return Style(self.skin.pick("paragraph", PARAGRAPHS[:5]), self.skin.pick("caption", CAPTIONS))

    @property
    def page_date(self) -> dates.Form | None:
        return dates.vnportal if self.skin.variant == 1 else None

    @property
    def listing_date(self) -> dates.Form | None:
        return self.skin.pick("listing-date", (dates.day_only, dates.labelled, dates.vnportal, dates.in_brackets))

    def section_names(self) -> tuple[str | None, tuple[str | None, ...]]:
        return (None if self.skin.variant == 0 else self.facts.section), (None, self.facts.section)

    def views_shown(self) -> bool:
        return True

    def address(self, stub: Stub, ident: int) -> str:
        name = slug(self.content(stub).title)
        if ident == stub.second_ident:
            return f"/{_SITE_ID}/{_PAGE_ID}/{_CATEGORY}/{ident}/tin-thoi-su/{name}"
        return f"/tin-thoi-su/{name}-{ident}"

    def image_address(self, stub: Stub, picture: Picture) -> str:
        return f"https://storage-vnportal.vnpt.vn/lci-ubnd/{_SITE_ID}/{stub.published:%Y%m}/{picture.name}"

    def file_address(self, stub: Stub, file: File) -> str:
        return f"/upload/{_SITE_ID}/{stub.published:%Y%m%d}/{file.path}"

    def route(self, request: Request) -> Response | None:
        if request.path == _PAGER:
            return self._fragment(request)
        if request.path.rstrip("/") in {self.facts.start, ""}:
            return Response.html(self.page(f"Tin thời sự - {self.facts.title}", self._listing()))
        match = _ADDRESS.fullmatch(request.path) or _OLD_ADDRESS.fullmatch(request.path)
        return self.article(request, int(match[1])) if match else None

    def not_found(self) -> Response:
        """Unknown addresses answer 200 with a notice."""
        return Response.html(
            self.page(
                self.facts.title, '<div class="UINotFound"><p>Nội dung không tồn tại hoặc đang được cập nhật</p></div>'
            )
        )

    def _fragment(self, request: Request) -> Response:
        fields = {
            name: values[-1]
            for name, values in parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True).items()
        }
        try:
            page, size = int(fields["page"]), int(fields["page_size"])
            known = (int(fields["article_category_id"]), int(fields["site_id"])) == (_CATEGORY, _SITE_ID)
        except (KeyError, ValueError):
            known, page, size = False, 0, 0
        if request.method != "POST" or not known or not 1 <= size <= 100:
            return Response.html(
                "<html><head><title>Runtime Error</title></head><body><h1>Server Error in '/' Application.</h1></body></html>",
                500,
            )
        dated = fields.get("show_post_date", "False") == "True"
        return Response.html("".join(self._row(row, dated=dated) for row in self.slice(page, size)))

    def _row(self, row: Row, *, dated: bool = True) -> str:
        content = self.content(row.stub)
        href = attr(self.address(row.stub, row.ident))
        picture = content.pictures[0] if content.pictures else None
        image = (
            f'<a href="{href}" class="imgtitle"><img class="image" src="{attr(self.image_address(row.stub, picture))}" alt="{attr(content.title)}" /></a>'
            if picture
            else ""
        )
        printed = self.listing_date_of(row.stub) if dated else ""
        date = f'<div class="Ngaydang">{printed}</div>' if printed else ""
        lead = f"<p>{esc(content.lead)}</p>" if content.lead else ""
        if self.skin.variant == 2:
            date = f'<span class="{self.skin.cls("date")}">{printed}</span>' if printed else ""
            return f'<li class="{self.skin.cls("row")} clearfix">{image}<h3><a href="{href}" title="{attr(content.title)}">{esc(content.title)}</a></h3>{date}<div>{lead}</div></li>\n'
        return f'<li class="row">{image}<h2 class="Title"><a href="{href}">{esc(content.title)}</a></h2>{date}{lead}</li>\n'

    def _listing(self) -> str:
        rows = "".join(self._row(row) for row in self.slice(1))
        pages = self.page_count
        numbers = "".join(
            f'<li class="page-item page-number{" active" if n == 1 else ""}" data-page="{n}"><a class="page-link" href="javascript:void(0)">{n}</a></li>'
            for n in range(1, min(pages, 6))
        )
        script = f"""<script type="text/javascript">
$(document).ready(function () {{
  var maxPage = parseInt({pages});
  function loadArticle(page) {{
    $.ajax({{ type: "POST", url: "{_PAGER}", data: {{
      article_category_id: {_CATEGORY}, categoryIds: "{_CATEGORY},{_CATEGORY + 1}", site_id: {_SITE_ID}, page: page, page_size: {self.facts.page_size},
      keyword: "", date_begin: "", date_end: "", show_no: "False", show_post_date: "True", num_of_text: 0, show_view_count: "False",
      filter_order_in_list: "False", is_default: "False", new: "False", number_of_day: 3, no: -{self.facts.page_size}, articlelang: "vi-VN", is_authenticated: "False" }},
      success: function (data) {{ $("#ArticleList_{_CATEGORY}").html(data); }} }});
  }}
  $(".page-number").click(function () {{ loadArticle($(this).data("page")); }});
}});
</script>
"""
        name, items = (
            ("UIArticleInMenu_Default", "ArticleList")
            if self.skin.variant != 2
            else (self.skin.cls("list"), self.skin.cls("items"))
        )
        return (
            f'<div class="{name}"><div class="ModuleHeading">{esc(self.facts.section)}</div><ul class="{items}" id="ArticleList_{_CATEGORY}">\n{rows}</ul>\n'
            f'<ul class="pagination">{numbers}<li class="page-item page-number" data-page="{pages}"><a class="page-link" href="javascript:void(0)">Cuối</a></li></ul></div>\n{script}'
        )

    def article_main(self, stub: Stub, content: Content) -> str:
        skin, variant = self.skin, self.skin.variant
        names = ("ArticleDetailControl", "ArticleHeader", "PostDate", "ArticleSummary", "ArticleContent", "author")
        if variant == 2:
            names = tuple(skin.cls(role) for role in ("detail", "title", "date", "lead", "body", "author"))  # type: ignore[assignment]
        detail, header, posted, summary, body, author = names
        printed = self.page_date_of(stub)
        date = f'<div class="{posted}">{printed}</div>\n' if printed else ""
        views = f'<div class="{skin.cls("views")}">Lượt xem: <span>{self.views(stub)}</span></div>\n'
        lead = f'<div class="{summary}">{esc(content.lead)}</div>\n' if content.lead else ""
        forms = (
            '<p><a class="link-download" href="{url}">{name}</a></p>',
            "<p><a href=\"javascript:void(0)\" onclick=\"downloadFile('{name}','{url}')\">{name}</a></p>",
            '<p><a href="{url}" target="_blank">{name}</a></p><iframe src="/DesktopModule/viewer.html?file={url}" width="100%" height="600"></iframe>',
        )
        files = self.file_links(stub, content, forms[stub.ident % 3])
        foot = "".join(
            f'<div class="{author}">{esc(line)}</div>\n' for line in (content.byline, content.credit) if line
        )
        inside = ""
        if variant == 0 and content.credit:
            inside = f'<p style="text-align: right;"><strong>{esc(content.credit)}</strong></p>\n'
            foot = f'<div class="{author}">{esc(content.byline)}</div>\n' if content.byline else ""
        text = f'<div class="{body}">\n{self.body(stub, content)}{inside}{files}</div>\n'
        head = (
            [f'<div class="{header}">{esc(content.title)}</div>\n', date, views]
            if variant != 2
            else [date, skin.element("title", esc(content.title)), views]
        )
        others = "".join(
            f'<li><a href="{attr(link.url)}">{esc(link.title)}</a> <span>({link.published:%d/%m/%Y})</span></li>\n'
            for link in self.related(stub)
        )
        pager = "".join(f"<li><a href='javascript:void(0)'>{n}</a></li> " for n in (1, 2, 3, 4, 5, "&nbsp;..."))
        crumbs = (
            ""
            if variant == 0
            else f'<ol class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="{self.facts.start}">{esc(self.facts.section)}</a></li></ol>'
        )
        return (
            f'{crumbs}<div class="{detail}">\n{"".join(head)}{lead}{text}{foot}'
            '<div class="tool"><a href="javascript:window.print()"><i class="fa fa-print"></i></a></div><div class="UISocialShare"><div class="fb-like"></div></div></div>\n'
            f'<div class="{skin.cls("related")}"><div class="{skin.cls("related-heading")}">Tin khác</div><ul>\n{others}</ul><ul class="{skin.cls("pager")}">{pager}</ul></div>\n'
        )

    def page(self, title: str, main: str, *, description: str = "") -> str:
        skin = self.skin
        meta = (
            f'<meta property="og:title" content="{attr(title)}" /><meta name="description" content="{attr(description)}" />'
            if skin.variant == 1
            else ""
        )
        column = f'<div class="col-md-3 {skin.cls("column")}">{self.side()}<div class="UIVisitor_Default">{self.statistics()}</div><a href="/login?ReturnUrl=%2f" class="{skin.cls("login")}">Đăng nhập</a></div>\n'
        middle = f'<div class="col-md-9" id="ctrl_{_SITE_ID}_18_main">{skin.wrap("main", main)}</div>\n'
        columns = "".join(skin.pick("columns", ((middle, column), (middle, column), (column, middle))))
        return (
            f'<!DOCTYPE html>\n<html lang="vi">\n<head><meta charset="utf-8" /><title>{esc(title)}</title>{meta}<link rel="stylesheet" href="/Portal/themes/style.css" />'
            f'<script src="/DesktopModule/UIArticle/Scripts/article.js"></script>{self.scripts}</head>\n<body>\n<form method="post" action="./" id="form1">\n{self.view_state()}'
            f'<div class="ctrl_{_SITE_ID}_1_header"><a href="/"><img src="https://storage-vnportal.vnpt.vn/lci-ubnd/banner.png" alt="image banner" /></a></div>\n'
            f'<div class="UIMenu_Mega">{self.menu}</div>{self.clock()}<div class="container"><div class="row">\n{columns}</div></div>\n{self.footer}</form>\n</body>\n</html>\n'
        )
