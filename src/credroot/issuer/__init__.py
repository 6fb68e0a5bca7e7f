"""Roster to anchored batch: plan, anchor, resume, publish, withdraw."""
