"""What an edit changed: the same hours before and after it, in the stream and in the batch."""
