"""Where the pages are, how each CMS marks them up, and how they are fetched and read."""
