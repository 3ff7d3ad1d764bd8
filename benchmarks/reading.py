"""Measure what people ask the warehouse: each view of schema `insight`, and the queries here."""

import re
from pathlib import Path
from statistics import median

from benchmarks.plan import Plan
from benchmarks.results import Section
from tests.e2e.stack import Stack

QUERIES = Path(__file__).parent / "queries"
VIEWS = "select viewname from pg_views where schemaname = 'insight' order by 1"
PSQL = 'psql -qAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'


def measure(plan: Plan, stack: Stack) -> Section:
    """Read each of them whole, in turn."""
    questions = {f"`insight.{v}`": f"select * from insight.{v};" for v in stack.query(VIEWS)}
    for path in sorted(QUERIES.glob("*.sql")):
        questions[path.stem.replace("_", " ")] = path.read_text(encoding="utf-8")
    stack.query("vacuum analyze")
    milliseconds: dict[str, list[float]] = {name: [] for name in questions}
    for _ in range(plan.rounds):
        for name, question in questions.items():
            milliseconds[name].append(milliseconds_of(stack, question))
    slowest_first = sorted(questions, key=lambda name: -median(milliseconds[name]))
    rows = [(name, f"{median(milliseconds[name]):,.0f} ms") for name in slowest_first]
    return Section("reading", "Reading its tables", ("View or query", "Time"), rows, milliseconds)


def milliseconds_of(stack: Stack, question: str) -> float:
    """How long psql takes for a question and its whole answer."""
    script = f"\\timing on\n\\o /dev/null\n{question}".encode()
    printed = stack.compose("exec", "-T", "postgres", "sh", "-c", PSQL, stdin=script)
    return sum(float(found) for found in re.findall(r"^Time: ([\d.]+) ms", printed, re.MULTILINE))
