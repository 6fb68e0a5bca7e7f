"""Setting a workspace up, and looking whether everything works."""
