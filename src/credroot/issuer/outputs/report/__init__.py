"""The registrar's report of a batch, as one HTML file."""
