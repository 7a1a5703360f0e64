"""The ground floor: shared types, archive, database and what consumers read. Knows neither Scrapy nor Prefect."""
