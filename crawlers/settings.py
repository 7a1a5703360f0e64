"""Scrapy's settings; each one that differs from its default says the default and the reason.

Numbers without another source are from measurements of Scrapy 2.19 on hostile servers. What a portal may change
(time-out, cookies) is set from its file by `crawlers.platforms.base`; what an operator may change stands in
`storage.settings`.
"""

from typing import Any

from crawlers.net.manners import user_agent

BOT_NAME = "congtin"  # default scrapybot
SPIDER_LOADER_CLASS = "crawlers.spiders.SpiderLoader"  # default reads SPIDER_MODULES; ours: a spider per portal file
SPIDER_MODULES: list[str] = []

# Default Scrapy/VERSION (+https://scrapy.org): the owners of a portal must be able to reach us.
USER_AGENT = user_agent()
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi",  # default en: bilingual portals would answer in English
    "Accept-Encoding": "gzip, deflate, br, zstd",  # set by the compression middleware, which is off
}

# --- Safety ---
REMOTE_CONTROL_ENABLED = False  # default True: a listener that runs the Python code it is sent
TELNETCONSOLE_ENABLED = False  # default True: the same, and its password is printed in the log
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "http": "crawlers.net.handler.Handler",  # default http11: ours guards connections
    "https": "crawlers.net.handler.Handler",
    "data": None,  # default on, as the next three: nothing but http is ever asked for
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # default 1 GiB: an endless body took 1.1 GB of memory
DOWNLOAD_WARNSIZE = 0  # default 32 MiB, above our limit
DOWNLOAD_FAIL_ON_DATALOSS = False  # default True: what came of a cut body is archived, then counted as a failure
DOWNLOAD_TIMEOUT = 60  # default 180; the whole exchange, headers and body
REFERER_ENABLED = False  # default True: portals learn nothing of our way; a pager that needs one says so itself
COOKIES_ENABLED = False  # default True: kept only where the portal's file says so
METAREFRESH_ENABLED = False  # default True: a refresh to itself never ends, one to elsewhere leaves the scope
HTTPPROXY_ENABLED = False  # default True: a proxy from the environment would resolve names for us, past the guard
HTTPCACHE_ENABLED = False  # as the default; the archive is our cache

# --- Middlewares: the numbers are their order from the spider (low) to the network (high) ---
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "crawlers.net.robots.RobotsMiddleware": 100,
    "crawlers.net.retry.RetryMiddleware": 550,
    "crawlers.net.decoding.DecodingMiddleware": 570,
    "crawlers.net.bounce.BounceMiddleware": 590,
    "crawlers.net.redirect.RedirectMiddleware": 600,
    "crawlers.net.cookies.CookiesMiddleware": 700,
    "crawlers.net.scope.ScopeMiddleware": 800,
    "crawlers.net.hosts.HostsMiddleware": 820,
    "crawlers.net.pace.PaceMiddleware": 840,
    "crawlers.net.budget.BudgetMiddleware": 860,
    "crawlers.net.journal.JournalMiddleware": 900,
    # Scrapy's own that ours replace, or that nothing here needs:
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # blind to ports, and `dont_filter` passes it
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # lets the third waiting request through
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # at once, without Retry-After
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # rewrites addresses, copies `dont_filter`
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # believes cut streams
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,  # asks publicsuffix.org at the first cookie
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
}
ROBOTSTXT_OBEY = False  # as the default, for Scrapy's middleware is off: ours obeys always
RETRY_ENABLED = False  # default True: see above
REDIRECT_ENABLED = False  # default True: see above
COMPRESSION_ENABLED = False  # default True: see above
SPIDER_MIDDLEWARES: dict[str, int | None] = {
    # The spider waits for its responses itself, so that nothing passes these.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}
EXTENSIONS: dict[str, Any] = {
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.memusage.MemoryUsage": None,  # the run's budget looks at memory before each request
    "scrapy.extensions.throttle.AutoThrottle": None,  # the same rule, from end to start, in `crawlers.net.pace`
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.logstats.LogStats": None,
}

# --- Politeness: one request after the other; `crawlers.net.pace` waits between them ---
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default 8
DOWNLOAD_DELAY = 0  # as the default: counted from start to start it would let requests come closer together
DOWNLOAD_DELAY_JITTER = 0  # default 0.5, which goes below the delay as often as above

# --- Speed and logs ---
CONCURRENT_ITEMS = 4  # default 100: as many tasks are made for each response
DOWNLOADER_STATS = False  # default True
STATS_DUMP = False  # default True: the report tells
LOG_LEVEL = "INFO"  # default DEBUG: two lines a page
LOG_VERSIONS: list[str] = []  # default ten libraries
