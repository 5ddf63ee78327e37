"""Files. `audio_file` streams sound from and to WAV, FLAC, OGG and MP3 and is the only place that knows how
those are decoded; the other modules hold HoloStream's own formats, each with its specification at its top.
Nothing in here knows about devices, the engine or the screen.
"""
