"""Prints the requirements of the pgadmin4 installed beside this Python.

Two of them would be compiled from source: psycopg's C part, which PyPI also has
ready made as psycopg-binary, and gssapi (Kerberos logins), which is left out:
pgAdmin works without it.
"""

from importlib.metadata import requires

for requirement in requires("pgadmin4") or []:
    if not requirement.lower().startswith("gssapi"):
        print(requirement.replace("psycopg[c]", "psycopg[binary]"))
