"""The table of what spreadsheets, R and other programs leave around a value, or in place of one."""

from typing import NamedTuple

from pipeline.value_forms import MISSING_WORDS

EDGE = "begins or ends with an invisible character, such as a non-breaking space"
MISSING = "a word for a missing value, such as NA, expected a value"


class BadValue(NamedTuple):
    """The field as it stands in the CSV, and the reason; no reason: it is stored as it is."""

    what: str
    dataset: str
    column: str
    field: str
    reason: str | None


VALUES_OF_TOOLS = [
    *(
        BadValue(what, dataset, column, field, f"{column}: padded with blanks")
        for what, dataset, column, field in [
            ("padded", "people", "family_name", " Nkosi"),
            ("padded with a tab", "people", "family_name", "Nkosi\t"),
            ("padded within quotes", "people", "family_name", '"Nkosi "'),
            ("padded", "people", "sex", "F "),
            ("padded", "people", "birth_date", " 2024-04-03"),
            ("padded", "treatments", "cost", " 10"),
            ("padded", "registrations", "patient_id", "P0000001 "),
        ]
    ),
    *(
        BadValue(f"{what} ({where})", dataset, column, field, f"{column}: {EDGE}")
        for what, character in {
            "a non-breaking space": "\u00a0",
            "a narrow non-breaking space": "\u202f",
            "a figure space": "\u2007",
            "a space of full width": "\u3000",
            "a zero-width space": "\u200b",
            "a byte order mark": "\ufeff",
            "a mark of direction": "\u200e",
            "a soft hyphen": "\u00ad",
        }.items()
        for where, dataset, column, field in [
            ("before", "people", "given_name", f"{character}Thandi"),
            ("after", "people", "district", f"Soweto{character}"),
            ("alone", "people", "chronic_condition", character),
        ]
    ),
    *(
        BadValue("a non-breaking space", dataset, column, field, f"{column}: {EDGE}")
        for dataset, column, field in [
            ("people", "sex", "F\u00a0"),
            ("people", "birth_date", "\u00a02024-04-03"),
            ("people", "address", '"1 Old Road, Soweto\u00a0"'),
            ("bed_census", "boarders", "1\u00a0"),
            ("treatments", "cost", "10.50\u00a0"),
            ("registrations", "patient_id", "P0000001\u00a0"),
            ("registrations", "registered_at", "2021-04-07T00:10:00Z\u00a0"),
        ]
    ),
    BadValue(
        "a byte order mark inside",
        "people",
        "family_name",
        "Nko\ufeffsi",
        "family_name: a byte order mark inside",
    ),
    *(
        BadValue(
            "a word for a missing value",
            "people",
            "chronic_condition",
            word,
            (f"chronic_condition: {MISSING} or nothing"),
        )
        for word in MISSING_WORDS
    ),
    *(
        BadValue("a word for a missing value", dataset, column, field, f"{column}: {MISSING}{more}")
        for dataset, column, field, more in [
            ("people", "family_name", "NA", ""),
            ("people", "family_name", '"NULL"', ""),
            ("people", "given_name", "None", ""),
            ("people", "address", "n/a", ""),
            ("people", "birth_date", "NaT", ""),
            ("people", "sex", "NA", ""),
            ("staff", "ward_id", "NA", " or nothing"),
            ("staff", "ward_id", "-", " or nothing"),
            ("registrations", "hospital_id", "NULL", ""),
            ("registrations", "triage", "NA", " or nothing"),
            ("discharges", "bed_id", "NA", " or nothing"),
            ("shifts", "ended_at", "NULL", " or nothing"),
            ("bed_census", "boarders", "NaN", ""),
            ("treatments", "cost", "#N/A", " or nothing"),
            ("treatments", "cost", "NaN", " or nothing"),
        ]
    ),
    *(
        BadValue("a name", "people", "family_name", name, None)
        for name in ("Na", "Null", "Nan", "Nil", "Nanto", "Van NA")
    ),
    BadValue("a non-breaking space inside", "people", "address", "1 Old\u00a0Road", None),
    BadValue("a joiner at the end", "people", "family_name", "\u0d28\u0d4d\u200d", None),
]
