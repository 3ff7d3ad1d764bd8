"""pgAdmin in a real browser: the warehouse opens by itself, shows its rows, and changes nothing."""
