"""HoloStream: live harmonic resynthesis, an instrument and a codec in one."""

__version__ = "0.1.0"
