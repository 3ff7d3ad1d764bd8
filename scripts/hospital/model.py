"""The model of an hour: the world, the configuration in force, and the tables made from it."""

from dataclasses import dataclass
from functools import cached_property

from hospital.config.run import Configuration
from hospital.rates import Rates
from hospital.sampling import draw_for
from hospital.world import World


@dataclass(frozen=True)
class Model:
    """Everything that decides what happens in an hour, except the state before it.

    An edit of the configuration makes a new model of the same world.
    """

    world: World
    config: Configuration

    @cached_property
    def rates(self) -> Rates:
        """The tables of the configuration, worked out once."""
        return Rates(self.config)

    def draw(self, purpose: str, key: int) -> float:
        """The run's draw for a purpose and a key, above 0 and below 1."""
        return draw_for(self.world.seed, purpose)(key)
