"""Two captures of one event: which packets are the same, how the clocks differ, what only one of them holds.

Facts only: where something was lost, made or changed is for diagnoses/two_points to say.
"""

from packets.pairing.event import Pairing, pair

__all__ = ["Pairing", "pair"]
