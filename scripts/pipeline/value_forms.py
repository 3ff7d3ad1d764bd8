"""How dates, instants and whole numbers are written in events and CSVs, as regular expressions.

Each is a plain string, to be compiled, or built into a larger expression, where it is used. It
matches digit by digit what ISO 8601 allows here and nothing more. It cannot know the calendar:
`2021-02-30` has the form of a date, and the user of the form refuses it by other means. Python
and Postgres read these expressions alike.
"""

DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Postgres takes 24:00:00 and the second 60; neither is an instant here.
INSTANT = f"{DATE}T(?!24)[0-9]{{2}}:[0-9]{{2}}:(?!60)[0-9]{{2}}Z"
WHOLE_NUMBER = "-?(?:0|[1-9][0-9]{0,17})"  # fits 64 bits, whatever the digits
