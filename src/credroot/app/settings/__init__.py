"""Settings: `credroot.toml` table by table, and the environment."""
