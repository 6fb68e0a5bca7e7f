"""The roster doctor: reads the table of people that an issuer starts from, and reports all that is wrong with it."""
