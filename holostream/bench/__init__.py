"""Measurements of the running program against its targets: each verb of `holostream bench` is one file here."""
