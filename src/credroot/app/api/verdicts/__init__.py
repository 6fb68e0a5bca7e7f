"""``/v1/verify`` and ``/v1/verify/batch``."""
