"""The page as HTML: markup, the results, and tables of many."""
