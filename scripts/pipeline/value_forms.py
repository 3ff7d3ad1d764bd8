"""How values are written in events and CSVs, and what is no value.

Each form of a date, an instant and a whole number is a plain string, to be compiled, or built into
a larger expression, where it is used. It matches digit by digit what ISO 8601 allows here and
nothing more. It cannot know the calendar: `2021-02-30` has the form of a date, and the user of the
form refuses it by other means. Python and Postgres read these expressions alike.
"""

from itertools import chain

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Postgres takes 24:00:00 and the second 60; neither is an instant here.
INSTANT = f"{DATE}T(?!24)[0-9]{{2}}:[0-9]{{2}}:(?!60)[0-9]{{2}}Z"
WHOLE_NUMBER = "-?(?:0|[1-9][0-9]{0,17})"  # fits 64 bits, whatever the digits
READMISSION = "-R[0-9]+$"  # the end of its encounter_id

BYTE_ORDER_MARK = "\ufeff"
# What a person does not see at the edge of a value: blanks, control characters, marks of direction.
# The joiners U+200C and U+200D are not among them: words of some scripts end in one.
INVISIBLE = "".join(
    map(
        chr,
        chain(
            range(0x01, 0x21),
            range(0x80, 0xA1),
            (0xAD, 0x61C, 0x1680, 0x180E),
            range(0x2000, 0x200C),
            (0x200E, 0x200F),
            range(0x2028, 0x2030),
            range(0x205F, 0x2070),
            (0x3000, ord(BYTE_ORDER_MARK)),
        ),
    )
)
# What R, pandas, SQL clients, spreadsheets, SAS and programs write where they have no value. The
# case matters: Na, Null, Nan and Nil are names of people.
MISSING_WORDS = (
    *("NA", "N/A", "n/a", "<NA>", "NaN", "nan", "NaT", "NULL", "null", "(null)", "None", "nil"),
    *("undefined", r"\N", "#N/A", "#NULL!", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#NUM!"),
    *("-", "--", ".", "?"),
)
