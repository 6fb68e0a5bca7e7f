"""HTTP for strangers: what comes in, how much and how fast, and what goes out."""
