"""Prints docs/data-dictionary.md: `make dictionary`.

It runs in the image of the tests, with that image's Postgres, to which it applies the migrations.
"""

from pathlib import Path

from pipeline.broker.topics import read_topics
from pipeline.warehouse.datasets import read_datasets
from tools import dictionary

from . import servers
from .own_database import Database, new_database
from .small_lake import ROOT

PAGE = ROOT / "docs" / "data-dictionary.md"


def render(database: Database) -> str:
    """The whole page, with the comments of that database."""
    configs = ROOT / "configs"
    tables = dictionary.relations(database.ask(dictionary.COMMENTS))
    datasets = read_datasets(configs / "datasets.yaml")
    return dictionary.page(datasets, read_topics(configs), tables)


def main() -> None:
    """Print the page."""
    with servers.postgres_16() as server:
        empty = new_database(Path("/none"), postgres_host="127.0.0.1", postgres_port=server.port)
        with empty as database:
            database.migrate()
            print(render(database), end="")


if __name__ == "__main__":
    main()
