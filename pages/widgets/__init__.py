"""Parts that two or more pages share."""
