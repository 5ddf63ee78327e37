"""The terminal user interface: samples the session on a timer, sends commands, decides nothing."""
