"""The table of bad values, each in a row in which everything else is good."""

from .values_of_tools import VALUES_OF_TOOLS, BadValue

DAY = "expected a day such as 2021-04-07"
INSTANT = "expected an instant such as 2021-04-07T13:05:09Z"
WHOLE = "expected a whole number"
CENTS = "expected a number with 2 decimals at most"


BAD_VALUES = [
    *(
        BadValue(what, "people", "birth_date", field, f"birth_date: {DAY}")
        for what, field in {
            "a day that does not exist": "2024-02-30",
            "29 February of another year": "2023-02-29",
            "a day in another notation": "03/04/2024",
            "a day without hyphens": "20240403",
            "a day with its time": "2024-04-03T00:00:00Z",
            "a word for a day": "today",
            "a day at infinity": "infinity",
            "a year zero": "0000-01-01",
        }.items()
    ),
    *(
        BadValue(what, "registrations", "registered_at", field, f"registered_at: {INSTANT}")
        for what, field in {
            "an instant on a day that does not exist": "2021-02-30T00:10:00Z",
            "24:00": "2021-04-07T24:00:00Z",
            "a leap second": "2021-04-07T00:10:60Z",
            "an instant without its zone": "2021-04-07T00:10:00",
            "an instant with a blank for the T": "2021-04-07 00:10:00Z",
            "an instant of another zone": "2021-04-07T00:10:00+02",
            "an instant with fractions": "2021-04-07T00:10:00.5Z",
            "an instant with a sign in it": "202--04-07T:3:05:09Z",
            "a word for an instant": "now",
            "an instant at infinity": "infinity",
        }.items()
    ),
    BadValue(
        "an instant of another day",
        "registrations",
        "registered_at",
        "2021-04-08T00:00:00Z",
        "registered_at: not on the day of the file",
    ),
    *(
        BadValue(what, "treatments", "cost", field, f"cost: {CENTS}")
        for what, field in {
            "thousandths for cents": "10.555",
            "underscores in a number": "1_000.00",
            "a hexadecimal number": "0x10",
            "a number with an exponent": "1e3",
            "a decimal comma (in quotes)": '"10,50"',
            "a thousands comma (in quotes)": '"1,000.00"',
            "a number at infinity": "Infinity",
            "a currency": "R10",
            "a plus sign": "+10",
            "a leading zero": "010",
            "a point and no more": "10.",
            "a number of 19 digits": "1000000000000000000",
        }.items()
    ),
    BadValue("a negative amount", "treatments", "cost", "-0.01", "cost: expected 0 or more"),
    *(
        BadValue(what, "bed_census", "boarders", field, f"boarders: {WHOLE}")
        for what, field in {
            "a fraction for a count": "1.0",
            "1_000": "1_000",
            "0x10": "0x10",
            "1e3": "1e3",
            "a digit of another script": "١",
            "a word for a count": "none",
        }.items()
    ),
    BadValue(
        "a count too large",
        "bed_census",
        "boarders",
        "2147483648",
        "boarders: expected 2147483647 or less",
    ),
    BadValue("a negative count", "bed_census", "boarders", "-1", "boarders: expected 0 or more"),
    BadValue(
        "a count beyond its maximum",
        "treatments",
        "duration_minutes",
        "1441",
        "duration_minutes: expected 1440 or less",
    ),
    BadValue(
        "a text too long", "people", "district", "x" * 101, "district: longer than 100 characters"
    ),
    BadValue(
        "blank in a required column",
        "people",
        "district",
        "",
        "district: empty, expected a value",
    ),
    BadValue(
        "blank in quotes in a required column",
        "people",
        "district",
        '""',
        "district: empty, expected a value",
    ),
    BadValue("a blank for a value", "people", "district", " ", "district: padded with blanks"),
    BadValue("an unknown word", "people", "sex", "X", "sex: expected F or M"),
    BadValue("a word in another case", "people", "sex", "f", "sex: expected F or M"),
    BadValue(
        "an id in another form",
        "people",
        "patient_id",
        "0000001",
        "patient_id: expected the form P[0-9]+",
    ),
    BadValue(
        "a key that stood on an earlier line",
        "people",
        "patient_id",
        "P0000001",
        "patient_id: duplicate key, already on an earlier line",
    ),
    BadValue(
        "an unknown foreign key",
        "registrations",
        "patient_id",
        "P9999999",
        "patient_id: not in people",
    ),
    BadValue("an unknown nurse", "admissions", "nurse_id", "S99999", "nurse_id: not in staff"),
    BadValue(
        "somebody without a department",
        "staff",
        "department",
        "",
        "department: empty, expected a value",
    ),
    BadValue(
        "an unknown assignment",
        "shifts",
        "assignment",
        "borrowed",
        "assignment: expected own or reserve",
    ),
    *(
        BadValue(what, dataset, "change_date", day, "change_date: not on the day of the file")
        for dataset in ("staff_changes", "people_changes")
        for what, day in {
            "a change of the day before": "2021-04-06",
            "a change of the day after": "2021-04-08",
        }.items()
    ),
    BadValue(
        "somebody who moved out of a hospital",
        "people_changes",
        "hospital_id",
        "JHB",
        "hospital_id: expected an empty field where change_type = moved_out",
    ),
    BadValue(
        "discharge before admission",
        "discharges",
        "admitted_at",
        "2021-04-07T23:59:59Z",
        "expected discharged_at >= admitted_at",
    ),
    BadValue(
        "a shift that ends before it starts",
        "shifts",
        "ended_at",
        "2021-04-07T07:00:59Z",
        "expected ended_at > started_at",
    ),
    BadValue(
        "a shift worked that never ended",
        "shifts",
        "ended_at",
        "",
        "ended_at: expected a value where status = worked",
    ),
    BadValue(
        "more patients than beds", "bed_census", "occupied", "11", "expected occupied <= capacity"
    ),
    BadValue("a formula", "people", "family_name", "=cmd|' /C calc'!A0", None),
    BadValue("SQL", "people", "family_name", "'); drop table hospital.people; --", None),
    BadValue("markup", "people", "family_name", "<script>alert(1)</script>", None),
    BadValue("a name of other scripts", "people", "family_name", "Ñandú 陳 الف", None),
    BadValue(
        "quotes and line ends, in quotes", "people", "address", '"1 ""Old"" Road,\nSoweto"', None
    ),
    BadValue("a backslash", "people", "address", r"1\2 Old Road \N", None),
    BadValue("cents", "treatments", "cost", "10.50", None),
    BadValue("no cost at all", "treatments", "cost", "", None),
    *VALUES_OF_TOOLS,
]
