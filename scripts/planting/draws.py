"""The draws of the faults: each a hash of (seed, fault, key), as all draws of the run are."""

from typing import NamedTuple

from hospital.sampling import key_of, uniform


class Draws(NamedTuple):
    """The draws of one run. Their purposes are their own, so that nothing else of the run moves."""

    seed: int

    def hits(self, fault: str, key: str, share: float) -> bool:
        """Whether a share of all keys includes this one; a larger share includes it, too."""
        return share > 0 and uniform(self.seed, f"fault: {fault}", key_of(key)) < share

    def below(self, purpose: str, key: str, count: int) -> int:
        """One of the whole numbers from 0 to below `count`."""
        return int(uniform(self.seed, f"fault: {purpose}", key_of(key)) * count)
