"""The pages of the dashboard, a module each, and what they share."""
