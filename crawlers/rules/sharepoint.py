"""SharePoint (2010-2016), also under rewritten addresses: Long An's farm, Kiên Giang's districts, ministries.

Class names of the product itself (ribbon, property form); article pages are of each site's own making, so title, date
and lead have no selector. `News_Detail_Title`, `News_Time_Post` and `divArticleDescription` were seen on ministries.
"""

import re

from crawlers.portal import Rules
from crawlers.rules import CmsRules, address, generator, header, markup

RULES = CmsRules(
    name="sharepoint",
    reading=(
        Rules(
            evidence="SharePoint's own master pages; ministries' article templates seen in public crawls",
            title=("h1.News_Detail_Title",),
            date=("span.News_Time_Post",),
            drop=(
                ".s4-notdlg",
                "#s4-ribbonrow",
                "#TurnOnAccessibility",
                "table.ms-formtable",
                ".ms-formtoolbar",
                ".ms-descriptiontext",
            ),
        ),
    ),
    article_url=(
        re.compile(r"[?&]ItemID=\d+", re.IGNORECASE),
        re.compile(r"/DispForm\.aspx\?(?:[^#]*&)?ID=\d+", re.IGNORECASE),
        re.compile(r"/[^/]+/\d+/[^/]+\.html$", re.IGNORECASE),
    ),
    signs=(
        generator("Microsoft SharePoint"),
        header(r"^(?:microsoftsharepointteamservices|sprequestguid|sharepointhealthscore):", 0.97, "of SharePoint"),
        markup(r"\b_spPageContextInfo\b|\b_spBodyOnLoad", 0.9, "scripts _sp…"),
        markup(r"id=[\"'](?:s4-workspace|s4-bodyContainer|s4-ribbonrow|MSO_ContentTable)", 0.8, "ids s4-…, MSO_…"),
        markup(r"/_layouts/", 0.5, "addresses /_layouts/"),
        markup(r"/PublishingImages/", 0.5, "addresses /PublishingImages/"),
        address(r"(?i)/Pages/[^/]+\.aspx", 0.4, "/Pages/….aspx"),
    ),
)
