"""The stream path on a real broker: our services as processes, killed, paused and cut off."""
