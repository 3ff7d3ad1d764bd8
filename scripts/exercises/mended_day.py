"""Exercise 9: a published day was damaged, refused, and mended with the same bytes.

A day whose files are younger than those of the day after it was written again. The manifest of the
day after it contains the hash that it must have. A day that the source cut short on purpose is
nobody's exercise; one that it delivered late is, if it was refused, too.
"""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline import status_files
from scoring import answers

LOADED = """
select manifest_sha256 from lake.ingested_days where simulated_date = %s and refused_reason is null
"""


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a day that was written again, and whether it is what it was."""
    if refused := stack.refused_day():
        day, reason = refused
        return Findings([f"{day} is refused: {reason}"], [f"the day {day} as it was: mend it"])
    planted = answers.read(stack.settings.simulation_dir)
    cut, late = (
        {p.simulated_date for p in planted if p.fault == fault}
        for fault in ("cut_file", "late_day")
    )
    again = {
        day: _mended(stack, day, following)
        for day, following in pairwise(stack.closed_days())
        if stack.published_at(day) > stack.published_at(following) and str(day) not in cut
    }
    if done := [findings for findings in again.values() if findings.done]:
        return done[-1]
    if damaged := [findings for day, findings in again.items() if str(day) not in late]:
        return damaged[-1]
    return missing("a day that was damaged and written again: every day is as first published")


def _mended(stack: Stack, day: date, following: date) -> Findings:
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
    refusals = _last_refusals(stack)
    if not any(refusal.startswith(f"{day}: ") for refusal in refusals):
        known = "knows of none"
        if refusals:
            known = f"keeps only its last one, {'; '.join(refusals)}"
        wrong.append(
            f"a refusal of {day}: the batch_ingestor {known}. "
            "Damage the day again, see it in insight.days_refused, and mend it"
        )
    return Findings(there, wrong)


def _last_refusals(stack: Stack) -> list[str]:
    """The last refusal of each batch_ingestor that ever ran; the ledger forgets a mended day's."""
    files = map(status_files.read, sorted(stack.settings.status_dir.glob("batch_ingestor-*.json")))
    return [file.last_refusal for file in files if file and file.last_refusal]
