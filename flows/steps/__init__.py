"""Plain functions, free of Prefect: plan, crawl process, reading, loading, judging, and the pipeline around them."""
