"""Files. `audio_reader` and `audio_writer` stream sound from and to WAV, FLAC, OGG and MP3 and are the only places that know how
those are coded; the other modules hold HoloStream's own formats, each with its specification at its top.
Nothing in here knows about devices, the engine or the screen.
"""
