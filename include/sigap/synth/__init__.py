"""Sample partners: what the city's partners would send for a month, all of it invented, and the truth that tests read."""

from sigap.synth.month import Synthesis, WrittenFile, synthesise

__all__ = ["Synthesis", "WrittenFile", "synthesise"]
