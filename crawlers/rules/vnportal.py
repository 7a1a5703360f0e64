"""VNPT vnPortal (ASP.NET WebForms): Lào Cai, Ninh Bình, Trà Vinh, communes of Hải Phòng.

Class names seen in the parsers of several public crawlers, 2022-2026. Skins rename the wrappers (`UI<Module>_<Skin>`).
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, ListingRules, markup

RULES = CmsRules(
    name="vnportal",
    reading=(
        Rules(
            evidence="public crawlers of vnPortal sites, 2022-2026",
            title=("div.ArticleDetailControl .ArticleHeader",),
            lead=("div.ArticleDetailControl .ArticleSummary",),
            date=("div.ArticleDetailControl .PostDate",),
            body=("div.ArticleDetailControl .ArticleContent",),
            author=("div.ArticleDetailControl .author",),
            attachment=("a.link-download",),
            drop=("div.ArticleDetailControl .tool", ".UISocialShare"),
        ),
    ),
    article_url=(
        re.compile(r"/[a-z0-9-]+/[a-z0-9-]+-\d+/?$"),
        re.compile(r"/\d+/\d+/\d+/\d+/[a-z0-9-]+/[a-z0-9-]+/?$"),
    ),
    listing=ListingRules(
        row=("ul.ArticleList > li.row",),
        title=("h2.Title > a",),
        date=("div.Ngaydang",),
    ),
    signs=(
        markup(r"storage-vnportal\.vnpt\.vn", 0.9, "files on storage-vnportal.vnpt.vn"),
        markup(r"/DesktopModule/UI[A-Z]", 0.9, "addresses /DesktopModule/UI…"),
        markup(r"class=[\"'][^\"']*\bArticleDetailControl\b", 0.6, "class ArticleDetailControl"),
        markup(r"class=[\"'][^\"']*\bUI[A-Z]\w+_[A-Z]\w*", 0.6, "classes UI<Module>_<Skin>"),
    ),
)
