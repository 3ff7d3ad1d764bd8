"""Prints the figures of a run as one HTML file: docker compose run --rm -T report > report.html

The file needs no server and asks nothing of the outside. The program only reads. It
1. takes the look that `status` takes, and reads what the run was under,
2. asks Postgres, as the analyst and as of one instant, for counts, laws and charts, and
3. prints the file. Exit codes: 0, or 2 if there is nothing to report on or Postgres is away.
"""

import sys

import psycopg2

from figures import marks
from monitoring.look import Observer
from pipeline.broker.topics import read_topics
from pipeline.settings import ConfigurationError, StatusSettings, read
from pipeline.warehouse import connections
from summary import asking, charts_of_the_run, document, echarts, facts

AS_OF = "select as_of from insight.last_loaded_day"


def main() -> int:
    """Print the report and return the exit code."""
    try:
        settings = read(StatusSettings)
        page = report(settings)
    except psycopg2.Error as error:
        print(f"no report: Postgres: {connections.without_values(error)}", file=sys.stderr)
        return 2
    except (ConfigurationError, OSError, LookupError) as error:
        print(f"no report: {error}", file=sys.stderr)
        return 2
    sys.stdout.write(page)
    return 0


def report(settings: StatusSettings) -> str:
    """The whole file.

    Raises:
        ConfigurationError: if no day has been loaded yet, or a file of a volume is damaged.
        psycopg2.Error: if Postgres does not answer.
    """
    look = Observer(settings, read_topics(settings.configs_dir)).look()
    course = marks.read(settings.simulation_dir)
    with asking.opened(settings) as tables:
        as_of = tables.ask(AS_OF)[0]["as_of"]
        if as_of is None:
            raise ConfigurationError("no day has been loaded yet")
        sections = [
            facts.of_the_run(look, course, as_of),
            facts.of_edits(course),
            facts.of_the_stream(look.stream),
            facts.of_the_tables(tables),
            facts.of_the_laws(tables),
            *charts_of_the_run.sections(tables, course, as_of),
        ]
    title = (
        f"Hospital run {course.simulation['run']['seed']}, {course.first_day} to {course.last_day}"
    )
    return document.page(title, sections, echarts.script())


if __name__ == "__main__":
    sys.exit(main())
