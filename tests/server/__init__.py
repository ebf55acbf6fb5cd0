"""Tests of the service, over a real connection."""
