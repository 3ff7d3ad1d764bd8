"""The staff: posts, who fills them, who works which shift."""
