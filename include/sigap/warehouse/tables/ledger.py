"""The ledger of billing: accounts, journal, postings, and periods that close."""
