"""Invented partners: what they would send, and the truth that only tests read."""
