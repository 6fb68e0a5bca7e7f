"""The cryptographic suites of Data Integrity that Credroot knows."""
