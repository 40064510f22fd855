"""Parts that belong to one page, in a package named after it."""
