"""What `status.py` shows: one look at the run, its services, servers, lakes, tables and disks."""
