"""The W3C's VC-API: credentials and presentations verified, credentials issued, status lists."""
