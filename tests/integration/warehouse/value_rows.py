"""A good row of each dataset, in which one value is then spoilt."""

from datetime import date

from pipeline.warehouse.datasets import Datasets

from .small_lake import ONE, ZERO
from .values_of_tools import BadValue

# The datasets whose cases stand in the file of the first day.
AT_THE_START = ("people", "staff")
TEMPLATES = {
    "people": "P{key},Nkosi,Thandi,F,1980-02-29,Soweto,1 Vilakazi Street,asthma",
    "registrations": (
        "JHB-{key},JHB-{key}:A04,P0000001,JHB,2021-04-07T00:10:00Z,emergency,walk_in,red,J45.9"
    ),
    "staff": (
        "S{key},Nkosi,Thandi,F,1980-02-29,nurse,enrolled_nurse,reserve,JHB-R001,JHB,,rotating,"
        "2010-01-01"
    ),
    "staff_changes": (
        "S{key}:left,S00001,left,2021-04-07,doctor,registrar,JHB-MED-P001,JHB,JHB-MED"
    ),
    "people_changes": "P{key}:moved_out,P0000001,moved_out,2021-04-07,",
    "admissions": (
        "JHB-E2021040700-002,JHB-{key}:A01,P0000002,JHB,JHB-MED,,S00001,S00002,"
        "2021-04-07T02:00:00Z,medicine,emergency,S72.0"
    ),
    "discharges": (
        "JHB-{key},JHB-{key}:A03,P0000001,JHB,JHB-MED,,S00001,S00002,2021-04-07T02:00:00Z,"
        "2021-04-07T11:00:00Z,home"
    ),
    "postponements": (
        "JHB-{key},1,P0000003,JHB,medicine,J35.1,2021-04-07T08:00:00Z,2021-04-14T08:00:00Z,"
        "beds_full"
    ),
    "shifts": (
        "S-{key},S-{key}:ended,S00001,JHB,JHB-MED,doctor,registrar,JHB-MED-P001,own,day,worked,"
        "2021-04-07T07:00:00Z,"
        "2021-04-07T19:00:00Z,2021-04-07T07:01:00Z,2021-04-07T19:03:00Z"
    ),
    "bed_census": "2021-04-07,JHB-{key},JHB,10,0,1",
    "treatments": "T{key},JHB-E2021040700-001,2021-04-07,30,1250.50",
}


def day_of_value(case: BadValue) -> date:
    """The day whose file has the case's row."""
    return ZERO if case.dataset in AT_THE_START else ONE


def row_with(case: BadValue, datasets: Datasets, key: object) -> str:
    """The row of the case's dataset, in which nothing but its value is bad."""
    columns = list(datasets.datasets[case.dataset].columns)
    fields = TEMPLATES[case.dataset].format(key=key).split(",")
    fields[columns.index(case.column)] = case.field
    return ",".join(fields)
