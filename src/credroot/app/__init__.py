"""Settings, command line, API and page: the only room that reads the environment."""
