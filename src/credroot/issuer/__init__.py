"""From people to an anchored batch: plan, anchor, resume, publish, withdraw."""
