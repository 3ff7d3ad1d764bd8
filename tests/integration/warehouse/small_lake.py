"""A batch lake small enough to be written by hand: a ward, a doctor, three people, two days."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Part
from pipeline.run.clock import ConfigurationEntry
from pipeline.warehouse.datasets import read_datasets

ROOT = Path(__file__).parents[3]
ZERO, ONE, TWO, THREE = (date(2021, 4, day) for day in (6, 7, 8, 9))

Tables = dict[str, list[str]]

# The days are those of a model that publishes every dataset of datasets.yaml.
IN_FORCE = ConfigurationEntry(
    from_hour=datetime(2021, 4, 7, tzinfo=UTC), configuration="0" * 64, model_version=2
)

BORN_ON_DAY_ONE = "P187240001"

PEOPLE = [
    "P0000001,Dlamini,Thandi,F,1980-02-29,Soweto,1 Vilakazi Street,asthma",
    'P0000002,"van Wyk, jr",Jan,M,1975-12-31,Randburg,"2 ""Old"" Road",',
    "P0000003,=cmd|' /C calc'!A0,Zoë,F,2021-01-01,Lenasia,3 Lake Avenue,",
]


def day_zero() -> Tables:
    """The wards, people and staff at the start, as lines of CSV."""
    return {
        "wards": ["JHB-MED,JHB,Johannesburg,Internal medicine,medicine,10"],
        "people": list(PEOPLE),
        "staff": [
            "S00001,Nkosi,Sipho,M,1970-01-01,doctor,registrar,medicine,JHB-MED-P001,JHB,"
            "JHB-MED,rotating,2010-01-01",
            "S00002,Botha,Anna,F,1980-01-01,nurse,professional_nurse,medicine,JHB-MED-P002,JHB,"
            "JHB-MED,rotating,2010-01-01",
        ],
    }


def day_one(day: date = ONE) -> Tables:
    """Two patients come and one is admitted, on day one or, with other dates and ids, on `day`."""
    tables = {
        "people": [f"{BORN_ON_DAY_ONE},Nkosi,Lwazi,M,2021-04-07,Soweto,1 Vilakazi Street,"],
        "staff": [
            "S00003-20210407,Mokoena,Lerato,F,1990-01-01,nurse,enrolled_nurse,reserve,JHB-R001,JHB,"
            ",rotating,2021-04-07",
        ],
        "staff_changes": [
            "S00003-20210407:hired,S00003-20210407,hired,2021-04-07,nurse,enrolled_nurse,JHB-R001,"
            "JHB,",
        ],
        "people_changes": [f"{BORN_ON_DAY_ONE}:born,{BORN_ON_DAY_ONE},born,2021-04-07,"],
        "registrations": [
            "JHB-E2021040700-001,JHB-E2021040700-001:A04,P0000001,JHB,2021-04-07T00:10:00Z,"
            "emergency,walk_in,red,J45.9",
            "JHB-E2021040700-002,JHB-E2021040700-002:A04,P0000002,JHB,2021-04-07T00:20:00Z,"
            "emergency,ambulance,green,S72.0",
        ],
        "admissions": [
            "JHB-E2021040700-001,JHB-E2021040700-001:A01,P0000001,JHB,JHB-MED,,S00001,S00002,"
            "2021-04-07T02:00:00Z,medicine,emergency,J45.9",
        ],
        "transfers": [],
        "discharges": [],
        "postponements": [
            "JHB-P2021040708-001,1,P0000003,JHB,medicine,J35.1,2021-04-07T08:00:00Z,"
            "2021-12-31T08:00:00Z,beds_full",
        ],
        "emergency_visits": [
            "JHB-E2021040700-002,P0000002,JHB,green,2021-04-07T00:20:00Z,,2021-04-07T03:00:00Z,"
            "left_before_seen",
        ],
        "transports": [
            "T-JHB-E2021040700-002-1,T-JHB-E2021040700-002-1:arrived,JHB-E2021040700-002,P0000002,"
            "ambulance,Randburg,JHB,2021-04-07T00:05:00Z,2021-04-07T00:20:00Z",
        ],
        "shifts": [
            "S00001-20210407-D,S00001-20210407-D:ended,S00001,JHB,JHB-MED,doctor,registrar,"
            "JHB-MED-P001,own,day,worked,"
            "2021-04-07T07:00:00Z,2021-04-07T19:00:00Z,2021-04-07T07:01:00Z,2021-04-07T19:03:00Z",
        ],
        "bed_census": ["2021-04-07,JHB-MED,JHB,10,0,1"],
    }
    dates = {ONE.isoformat(): day.isoformat(), f"{ONE:%Y%m%d}": f"{day:%Y%m%d}"}
    dates[BORN_ON_DAY_ONE] = f"P{(day - date(1970, 1, 1)).days}0001"
    for old, new in dates.items():
        tables = {name: [row.replace(old, new) for row in rows] for name, rows in tables.items()}
    return tables


def day_two() -> Tables:
    """The patient admitted on day one moves into a bed and goes home; nobody comes."""
    return {
        **{name: [] for name in day_one()},
        "staff_changes": [
            "S00002:left,S00002,left,2021-04-08,nurse,professional_nurse,JHB-MED-P002,JHB,JHB-MED",
        ],
        "transfers": [
            "JHB-E2021040700-001:A02-1,JHB-E2021040700-001,P0000001,JHB,JHB-MED,,JHB,JHB-MED,"
            "JHB-MED-001,S00001,S00002,2021-04-08T01:00:00Z,bed_found",
        ],
        "discharges": [
            "JHB-E2021040700-001,JHB-E2021040700-001:A03,P0000001,JHB,JHB-MED,JHB-MED-001,S00001,"
            "S00003-20210407,2021-04-07T02:00:00Z,2021-04-08T11:00:00Z,home",
        ],
        "bed_census": ["2021-04-08,JHB-MED,JHB,10,0,0"],
    }


class Lake:
    """A batch lake that a test writes day by day."""

    def __init__(self, root: Path, configs: Path = ROOT / "configs") -> None:
        self.root = root
        self.datasets = read_datasets(configs / "datasets.yaml")

    def publish(self, day: date, tables: Tables) -> str:
        """Publish a day after the newest one before it; return its manifest's hash."""
        before = sorted(other for other in batch_lake.published_days(self.root) if other < day)
        previous = None
        if day != ZERO:
            directory = batch_lake.day_directory(self.root, before[-1])
            previous = batch_lake.read_manifest(directory)[1]
        texts = {
            name: "".join(f"{line}\n" for line in [self.header(name), *lines])
            for name, lines in tables.items()
        }
        parts = [Part(name, len(tables[name]), text.encode()) for name, text in texts.items()]
        return batch_lake.publish(self.root, day, parts, {}, [IN_FORCE], previous)[1]

    def publish_again(self, day: date, dataset: str, content: bytes, rows: int) -> None:
        """Publish a day anew, manifest and all, with other content of one file."""
        directory = batch_lake.day_directory(self.root, day)
        manifest, _ = batch_lake.read_manifest(directory)
        parts = {
            name: Part(name, entry.rows, self.file(day, name).read_bytes())
            for name, entry in manifest.files.items()
        } | {dataset: Part(dataset, rows, content)}
        shutil.rmtree(directory)
        previous = manifest.previous_manifest
        batch_lake.publish(self.root, day, parts.values(), {}, [IN_FORCE], previous)

    def header(self, dataset: str) -> str:
        """The first line of a dataset's file."""
        return self.datasets.datasets[dataset].header()

    def file(self, day: date, dataset: str) -> Path:
        """A published file."""
        return batch_lake.day_directory(self.root, day) / f"{dataset}.csv"
