"""Prints the requirements of the pgadmin4 that is installed for this Python.

Two of them would need a compiler: psycopg's C part, for which PyPI also has the
wheel psycopg-binary, and gssapi (Kerberos logins), without which pgAdmin works.
"""

from importlib.metadata import requires

for requirement in requires("pgadmin4") or []:
    if not requirement.lower().startswith("gssapi"):
        print(requirement.replace("psycopg[c]", "psycopg[binary]"))
