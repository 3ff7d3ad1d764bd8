"""Everything that follows from the seed and the fixed part of the configuration, computed once."""

from hospital import wards
from hospital.config.run import Configuration
from hospital.population import people
from hospital.population.names import NamePools
from hospital.staffing import staff
from hospital.staffing.rosters import AttendanceRules, Roster, Rostering

_ROSTERS_KEPT = 8


class World:
    """People, staff and wards. What the caches hold can be computed again at any time."""

    def __init__(self, config: Configuration) -> None:
        self.seed = config.simulation.run.seed
        self.staffing = config.staffing  # only its fixed part is used: patterns and shifts
        self.network = wards.build(config.simulation)
        self.people = people.generate(config.simulation)
        self.staff = staff.appoint(config, self.network)
        self.names = NamePools(self.seed, config.simulation.population.names)
        self._rostering = Rostering(self.seed, self.staff, self.network, config.staffing)
        self._rosters: dict[tuple[str, int, AttendanceRules], Roster] = {}

    def roster(self, shift_name: str, day: int, rules: AttendanceRules) -> Roster:
        """The shift that begins on that day (days since 1970-01-01)."""
        key = (shift_name, day, rules)
        if key not in self._rosters:
            if len(self._rosters) >= _ROSTERS_KEPT:
                del self._rosters[next(iter(self._rosters))]
            self._rosters[key] = self._rostering.draw(shift_name, day, rules)
        return self._rosters[key]
