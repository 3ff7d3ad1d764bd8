"""Everything that follows from the seed and the fixed part of the configuration, computed once."""

from hospital import people, staff, wards
from hospital.configuration import Configuration
from hospital.rates import Rates
from hospital.rosters import Roster, Rules, draw_roster

_ROSTERS_KEPT = 8


class World:
    """People, staff and wards; what the two caches keep can be worked out again at any time."""

    def __init__(self, config: Configuration) -> None:
        self.seed = config.simulation.run.seed
        self.staffing = config.staffing  # its fixed part: patterns and shifts
        self.network = wards.build(config.simulation)
        self.people = people.generate(config.simulation)
        self.staff = staff.appoint(config, self.network)
        self._rates: tuple[Configuration, Rates] = (config, Rates(config))
        self._rosters: dict[tuple[str, int, Rules], Roster] = {}

    def rates(self, config: Configuration) -> Rates:
        """The tables of the configuration in force."""
        if self._rates[0] is not config:
            self._rates = (config, Rates(config))
        return self._rates[1]

    def roster(self, shift_name: str, day: int, rules: Rules) -> Roster:
        """The shift that begins on that day (days since 1970-01-01)."""
        key = (shift_name, day, rules)
        if key not in self._rosters:
            if len(self._rosters) >= _ROSTERS_KEPT:
                del self._rosters[next(iter(self._rosters))]
            self._rosters[key] = draw_roster(
                self.seed, self.staff, self.staffing, shift_name, day, rules
            )
        return self._rosters[key]
