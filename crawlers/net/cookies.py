"""Cookies, for portals whose file asks for them: Scrapy's middleware, without its own way out.

At the first cookie with a domain, Scrapy's downloads a list from publicsuffix.org; the one that tldextract brings along
will do.
"""

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True, cache_dir=None)  # noqa: SLF001


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Keeps cookies within a run; off unless `Access.cookies` is set."""
