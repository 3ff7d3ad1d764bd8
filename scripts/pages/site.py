"""What every page is given."""

from typing import NamedTuple

from figures.shared import Shared
from figures.tables import Tables
from monitoring.report import Report
from pipeline.broker.topics import Topics
from pipeline.settings import DashboardSettings


class Site(NamedTuple):
    """The sources of the pages; all pages share them.

    Attributes:
        looks: what `status` sees.
        tables: the tables of Postgres, of days that are over.
    """

    settings: DashboardSettings
    topics: Topics
    looks: Shared[Report]
    tables: Tables
