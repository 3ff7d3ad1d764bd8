"""What developers run: the data dictionary, the pictures, the overlay of another setting."""
