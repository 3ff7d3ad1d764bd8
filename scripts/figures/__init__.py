"""What the dashboard shows: asked of the tables and the lakes, and drawn as charts."""
