"""Documents of issuers: those that lie in the workspace, and those that the settings let be fetched."""
