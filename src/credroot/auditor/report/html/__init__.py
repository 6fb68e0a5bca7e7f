"""The report for people: one HTML file without a script and without a request to anybody."""
