"""The live engine: one process that runs sound, and the session that steers it from the control process."""
