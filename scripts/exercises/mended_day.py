"""Exercise 9: a published day was damaged, refused, and mended with the same bytes.

A day whose files are younger than those of the day after it was written again. The manifest of the
day after it contains the hash that it must have.
"""

from collections.abc import Sequence
from itertools import pairwise

from exercises.findings import Findings, missing
from exercises.stack import Stack
from monitoring import own_services

REFUSED = "select simulated_date, refused_reason from insight.days_refused order by 1"
LOADED = """
select manifest_sha256 from lake.ingested_days where simulated_date = %s and refused_reason is null
"""


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a day that was written again, and whether it is what it was."""
    if refused := stack.ask(REFUSED):
        day, reason = refused[0]
        return Findings([f"{day} is refused: {reason}"], [f"the day {day} as it was: mend it"])
    closed = stack.closed_days()
    again = [
        (day, following)
        for day, following in pairwise(closed)
        if stack.published_at(day) > stack.published_at(following)
    ]
    if not again:
        return missing("a day that was damaged and written again: every day is as first published")
    day, following = again[-1]
    there = [f"{day} was written again, after {following}"]
    wrong = []
    _manifest, sha256 = stack.manifest(day)
    after, _hash = stack.manifest(following)
    if after.previous_manifest == sha256:
        there.append(f"the manifest of {following} names its hash: it has the same bytes as before")
    else:
        wrong.append(f"the same bytes: the manifest of {following} names another hash")
    if stack.ask(LOADED, day) != [(sha256,)]:
        wrong.append(f"{day} in the tables (look again in a moment)")
    if day.isoformat() not in _last_refusals(stack):
        wrong.append(
            f"a refusal of {day}: the batch_ingestor has refused no damaged file of it since its "
            "start. Damage it, and wait until insight.days_refused shows it"
        )
    return Findings(there, wrong)


def _last_refusals(stack: Stack) -> str:
    files = own_services.read(stack.settings.status_dir)["batch_ingestor"]
    return " ".join(file.status.last_refusal for file in files)
