"""Long An's one-stop centre on SharePoint: list view paging by the last item's id, display forms, an empty property form."""

import re
from urllib.parse import parse_qs, quote

from tests.replicas import dates
from tests.replicas.markup import CAPTIONS, PARAGRAPHS, Style, attr, esc
from tests.replicas.model import Content, File, Picture, Request, Response, Stub
from tests.replicas.newsroom import Row
from tests.replicas.site import Facts, Site

_LIST, _VIEW = "{8C1D3C2E-5A04-4C39-9C0B-3F1B7E2D9A11}", "{0F6E1B0D-77A2-4B63-8C58-1F3A0D6B5C22}"
_LABELS = (
    ("Tiêu đề", "Text"), ("Hình ảnh", "Image"), ("Hình ảnh mô tả", "Text"), ("Tóm tắt", "Note"), ("Nội dung", "HTML"), ("Link thay thế nội dung", "URL"), ("Ngày xuất bản", "DateTime"),
    ("Tin nổi bật", "Boolean"), ("Tác giả", "Text"), ("Phân loại", "Lookup"), ("Loại bài viết", "Choice"), ("Số Trang", "Number"), ("Số Ảnh", "Number"), ("Trạng thái", "Choice"),
    ("Lịch sử", "Note"), ("Số lượt người đọc", "Number"), ("Approval Status", "ModStat"), ("Attachments", "Attachments"),
)  # fmt: skip


def page_position(rows: list[Row], query: str, size: int) -> list[Row]:
    """The rows that a `Paged=TRUE` query shows: those after the item `p_ID`, as SharePoint does. `PageFirstRow` only
    numbers them; where `p_ID` is missing or unknown the first rows are shown."""
    fields = {name: values[-1] for name, values in parse_qs(query).items()}
    start = 0
    if fields.get("Paged") == "TRUE" and fields.get("p_ID", "").isdigit():
        last = int(fields["p_ID"])
        start = next((place + 1 for place, row in enumerate(rows) if row.ident == last), 0)
    return rows[start : start + size]


def next_query(rows: list[Row], shown: list[Row]) -> str:
    """The query of the page after `shown`, or "" at the end."""
    if not shown or shown[-1] is rows[-1]:
        return ""
    first = rows.index(shown[-1]) + 2
    moment = quote(f"{shown[-1].stub.published:%Y%m%d %H:%M:%S}")
    return f"Paged=TRUE&p_Ngay_x0020_xuat_x0020_ban={moment}&p_ID={shown[-1].ident}&PageFirstRow={first}&View={quote(_VIEW)}"


class Hcc(Site):
    """Variant 0: `DispForm.aspx?ID=`, blocks as in the seed. Variant 1: a publishing page `?ItemID=`, paged by script.
    Variant 2: display form in tables, a `<title>` that names no article."""

    facts = Facts(
        portal="long_an_hcc",
        host="hcc.longan.gov.vn",
        title="Trung tâm Phục vụ Hành chính công tỉnh Long An",
        footer=(
            "Trung tâm Phục vụ Hành chính công tỉnh Long An",
            "Địa chỉ: Tầng 2, Khối nhà cơ quan 4, Khu trung tâm chính trị hành chính tỉnh, Số 2, đường Song Hành, phường 6, thành phố Tân An, tỉnh Long An",
            "Điện thoại : (0272) 3979299  * Fax: (0272) 3979123  * Email: hcc@longan.gov.vn",
        ),
        section="Tin tức - Sự kiện",
        start="/",
        other_hosts=("www.longan.gov.vn",),
        server=(
            ("Server", "Microsoft-IIS/7.5"),
            ("MicrosoftSharePointTeamServices", "14.0.0.6029"),
            ("X-Powered-By", "ASP.NET"),
        ),
        robots="User-agent: *\nDisallow: /_layouts/\nDisallow: /_catalogs/\n",
    )
    category_form = "/Pages/{slug}.aspx"
    label = "Tin tức Hoạt động"

    @property
    def style(self) -> Style:
        if self.skin.variant == 0:
            return Style("p", "next_p")
        return Style(self.skin.pick("paragraph", PARAGRAPHS), self.skin.pick("caption", CAPTIONS))

    @property
    def page_date(self) -> dates.Form | None:
        return (
            dates.sharepoint
            if self.skin.variant == 0
            else self.skin.pick("page-date", (dates.sharepoint, dates.time_first, dates.vnportal))
        )

    @property
    def listing_date(self) -> dates.Form | None:
        return self.skin.pick("listing-date", (dates.day_only, dates.in_brackets, dates.labelled))

    def section_names(self) -> tuple[str | None, tuple[str | None, ...]]:
        return self.facts.section, (self.facts.section, self.label)

    def views_shown(self) -> bool:
        return True

    def address(self, stub: Stub, ident: int) -> str:
        if self.skin.variant == 1:
            return f"/Pages/chi-tiet-tin.aspx?ItemID={ident}&CategoryId={quote('Tin tức')}&InitialTabId=Ribbon.Read"
        return f"/Lists/TinTuc/DispForm.aspx?ID={ident}" + (
            "&Source=%2FPages%2Fdefault.aspx&ContentTypeId=0x0100A9" if self.skin.variant == 2 else ""
        )

    def image_address(self, stub: Stub, picture: Picture) -> str:
        return f"https://{self.facts.host}/PublishingImages/{stub.published:%Y-%m}/{picture.name}"

    def file_address(self, stub: Stub, file: File) -> str:
        return f"/Lists/TinTuc/Attachments/{stub.ident}/{file.path}"

    def route(self, request: Request) -> Response | None:
        if request.path.lower() in {"/", "/pages/default.aspx", "/lists/tintuc/allitems.aspx"}:
            return Response.html(self.page(self.facts.title, self._listing(request.query)))
        if request.path.lower() in {"/lists/tintuc/dispform.aspx", "/pages/chi-tiet-tin.aspx"}:
            fields = {name.lower(): values[-1] for name, values in parse_qs(request.query).items()}
            ident = fields.get("id") or fields.get("itemid") or ""
            return self.article(request, int(ident)) if re.fullmatch(r"\d{1,12}", ident) else None
        return None

    def page_title(self, content: Content) -> str:
        if self.skin.variant == 2:
            return f"{self.facts.section} - {self.facts.title}"
        return f"\n\t{self.facts.section} - {content.title}\n"

    def _row(self, row: Row) -> str:
        content, skin = self.content(row.stub), self.skin
        href, title = attr(self.address(row.stub, row.ident)), esc(content.title)
        new = '<img src="/_layouts/1033/images/new.gif" alt="New" class="ms-newgif" />' if row.stub.index < 3 else ""
        printed = self.listing_date_of(row.stub)
        date = f'<span class="{skin.cls("row-date")}">{printed}</span>' if printed else ""
        lead = esc(content.lead[:160].rsplit(" ", 1)[0] + "..." if len(content.lead) > 160 else content.lead)
        if skin.variant == 0:
            return f'<tr class="ms-itmhover"><td class="ms-vb2"><a href="{href}" onclick="GoToLink(this);return false;">{title}</a>{new} {date}<div class="{skin.cls("row-lead")}">{lead}</div></td></tr>\n'
        if skin.variant == 1:
            return f'<div class="{skin.cls("row")}"><div class="{skin.cls("row-title")}"><a title="{attr(content.title)}" href="{href}">{title}</a>{new}</div>{date}<div class="{skin.cls("row-lead")}">{lead}</div></div>\n'
        image = f'<td width="120"><a href="{href}"><img src="/PublishingImages/nho-{row.ident}.jpg" alt="" /></a></td>'
        return f'<tr>{image}<td><a class="{skin.cls("row-title")}" href="{href}">{title}</a><br />{date}<p>{lead}</p></td></tr>\n'

    def _listing(self, query: str) -> str:
        rows, skin = self.rows, self.skin
        shown = page_position(rows, query, self.facts.page_size)
        following = next_query(rows, shown)
        pager = ""
        if following:
            target = f"/Pages/default.aspx?{following}"
            if skin.variant == 1:
                script = target.replace("&", "\\u0026")
                link = f'<a onclick=\'javascript:RefreshPageTo(event, "{script}");javascript:return false;\' href="javascript:"><img src="/_layouts/1033/images/next.gif" border="0" alt="Next" /></a>'
            else:
                link = (
                    f'<a href="{attr(target)}"><img src="/_layouts/1033/images/next.gif" border="0" alt="Next" /></a>'
                )
            first = rows.index(shown[0]) + 1
            pager = f'<table><tr><td class="ms-paging">{first}&nbsp;-&nbsp;{first + len(shown) - 1}</td><td>{link}</td></tr></table>\n'
        inner = "".join(self._row(row) for row in shown)
        body = (
            f'<div class="{skin.cls("list")}">{inner}</div>'
            if skin.variant == 1
            else f'<table class="ms-listviewtable" width="100%" summary="TinTuc" id="{_LIST}-{_VIEW}"><tbody>{inner}</tbody></table>'
        )
        return self._part(self.label, body + pager)

    def _part(self, heading: str, inner: str) -> str:
        return (
            '<table class="s4-wpTopTable" border="0" cellpadding="0" cellspacing="0" width="100%"><tr><td><table width="100%"><tr class="ms-WPHeader"><td class="ms-WPHeaderTd"><h3 class="ms-standardheader ms-WPTitle">'
            f'<nobr><span>{esc(heading)}</span></nobr></h3></td></tr></table></td></tr><tr><td valign="top"><div class="ms-WPBody" allowDelete="false">{inner}</div></td></tr></table>\n'
        )

    def article_main(self, stub: Stub, content: Content) -> str:
        skin = self.skin
        printed = self.page_date_of(stub)

        def cell(role: str, inner: str) -> str:
            if skin.variant == 2:
                return f'<tr><td class="{skin.cls(role)}">{inner}</td></tr>\n'
            return f'<div class="{skin.cls(role)}">{inner}</div>\n'

        parts = (
            [cell("label", esc(self.label))]
            if skin.variant == 0
            else [cell("label", f'<a href="/">{esc(self.facts.section)}</a>')]
        )
        if printed:
            parts.append(cell("date", printed))
        parts.append(cell("title", esc(content.title)))
        if printed:
            parts.append(cell("date-only", dates.day_only(stub.published)))
        if content.lead:
            parts.append(cell("lead", esc(content.lead)))
        body = f'<div class="ExternalClass{skin.rng("external").randbytes(16).hex().upper()}">{self.body(stub, content)}{self.file_links(stub, content, "<p><a href={url}>{name}</a></p>")}'
        foot = "".join(
            f'<p style="text-align: right;"><strong>{esc(line)}</strong></p>\n'
            for line in (content.byline, content.credit)
            if line
        )
        parts.append(cell("body", f"{body}{foot}</div>"))
        joined = "".join(parts)
        article = (
            f'<table width="100%"><tbody>{joined}</tbody></table>\n'
            if skin.variant == 2
            else skin.wrap("article", joined)
        )
        words = f"{self.facts.section} - {content.title}"
        echo = words if len(words) <= 60 else words[:64].rsplit(" ", 1)[0] + "..."
        others = "".join(
            f'<li><a href="{attr(link.url)}">{esc(link.title)}</a> ({link.published:%d/%m/%Y})</li>\n'
            for link in self.related(stub)
        )
        related = f'<div class="{skin.cls("related")}"><div>Các tin khác</div><ul>{others}</ul></div>\n'
        views = f'<div class="{skin.cls("views")}">Lượt người xem:&nbsp; {self.views(stub)}</div>\n'
        acts = "".join(
            f'<td class="ms-toolbar"><a href="/_layouts/{page}.aspx"><img src="/_layouts/images/{page}.gif" alt="{name}" />{name}</a></td>{bar}'
            for page, name, bar in (
                ("User", "Manage Permissions", "<td class=ms-separator>|</td>"),
                ("Versions", "Version History", ""),
            )
        )
        return (
            self._part(self.label, article)
            + f'<div class="{skin.cls("echo")}">{esc(echo)}</div>\n{views}<table class="ms-toolbar"><tr>{acts}</tr></table>\n{self._form()}{related}'
        )

    def _form(self) -> str:
        rows = "".join(
            f'<tr><td nowrap="true" valign="top" width="165px" class="ms-formlabel"><h3 class="ms-standardheader">{label}</h3></td><td valign="top" class="ms-formbody" width="450px" id="SPField{kind}">\n'
            f'<!-- FieldName="{label}" FieldInternalName="f{number}" FieldType="SPField{kind}" -->\n</td></tr>\n'
            for number, (label, kind) in enumerate(_LABELS)
        )
        return (
            f'<table class="ms-formtable" border="0" cellpadding="0" cellspacing="0" width="100%">{rows}</table>\n<table class="ms-formtoolbar"><tr><td class="ms-descriptiontext"><table>'
            "<tr><td>Content Type: Tin Tức Mở Rộng</td></tr><tr><td>Version: </td></tr><tr><td>Created at &nbsp;by</td></tr><tr><td>Last modified at &nbsp;by</td></tr></table></td></tr></table>\n"
        )

    def page(self, title: str, main: str, *, description: str = "") -> str:
        skin = self.skin
        ribbon = "".join(
            f'<li class="ms-cui-tt" id="Ribbon.{tab}-title"><a class="ms-cui-tt-a" href="#"><span class="ms-cui-tt-span">{tab}</span></a></li>'
            for tab in ("Browse", "Page", "View", "Custom", "Share")
        )
        left = f'<div id="s4-leftpanel" class="s4-notdlg noindex"><div class="s4-ql">{self.side()}</div>{self.statistics()}</div>\n'
        middle = f'<div class="s4-ca s4-ca-dlgNoRibbon" id="MSO_ContentTable"><a name="mainContent"></a>{skin.wrap("zone", main)}</div>\n'
        columns = "".join(skin.pick("columns", ((left, middle), (middle, left))))
        return (
            f'<!DOCTYPE html>\n<html lang="vi-vn" dir="ltr" xmlns:o="urn:schemas-microsoft-com:office:office">\n<head><meta http-equiv="X-UA-Compatible" content="IE=8" /><meta name="GENERATOR" content="Microsoft SharePoint" />'
            f'<meta http-equiv="Content-type" content="text/html; charset=utf-8" /><title>{esc(title)}</title><link rel="stylesheet" href="/_layouts/1033/styles/Themable/corev4.css" />'
            f'<script src="/_layouts/1033/init.js"></script>{self.scripts}</head>\n<body scroll="no" onload="javascript:_spBodyOnLoadWrapper();" class="v4master">\n'
            f'<form name="aspnetForm" method="post" action="default.aspx" id="aspnetForm">\n{self.view_state(64)}<noscript><div class="noindex">You may be trying to access this site from a secured browser on the server. Please enable scripts and reload this page.</div></noscript>\n'
            '<div id="TurnOnAccessibility" style="display:none" class="s4-notdlg noindex"><a href="#" onclick="SetIsAccessibilityFeatureEnabled(true);return false;">Turn on more accessible mode</a></div>\n'
            '<div class="s4-notdlg s4-skipribbonshortcut noindex"><a href="javascript:;" class="ms-SkiptoNavigation" accesskey="Y">Skip Ribbon Commands</a></div>\n'
            '<div class="s4-notdlg noindex"><a href="#mainContent" class="ms-SkiptoMainContent" accesskey="X">Skip to main content</a></div>\n'
            f'<div id="s4-ribbonrow" class="s4-pr s4-ribbonrowhidetitle"><div id="s4-ribboncont"><ul class="ms-cui-tts">{ribbon}</ul></div></div>\n<div id="s4-workspace"><div id="s4-bodyContainer">'
            f'<div id="s4-titlerow"><a href="/"><img src="/SiteAssets/banner.png" alt="" /></a></div><a href="#skip"><img alt="Skip Navigation Links" src="/WebResource.axd" width="0" height="0" /></a>'
            f'{self.menu}{self.clock()}<div id="s4-mainarea" class="s4-pr s4-widecontentarea">{columns}</div>{self.footer}</div></div>\n</form>\n</body>\n</html>\n'
        )
