"""Tests of the registry contract."""
