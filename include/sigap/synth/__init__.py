"""Sample partners: what they would send for a month, all of it invented, and the truth that tests read."""

from sigap.synth.month import Synthesis, synthesise

__all__ = ["Synthesis", "synthesise"]
