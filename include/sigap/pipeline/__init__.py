"""The verbs of a month. Each reads, calls its stage, stores, and leaves an outcome."""
