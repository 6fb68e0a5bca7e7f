"""Who the issuer is: its profile, its keys and their roles, and an alarm for what it did not do."""
