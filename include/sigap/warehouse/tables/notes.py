"""Corrections of issued months, and the credit and debit notes they become."""
