"""What developers run: the data dictionary, the pictures."""
