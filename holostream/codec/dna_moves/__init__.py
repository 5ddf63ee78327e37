"""DNA moves: what a performer does to codes between the ring and the vocoder.

`bend` applies all bends of one frame; `code_shape` opens codes to sizes and turns and closes them again; `range_moves`,
`amplitude_moves` and `phase_moves` are the bends themselves, pure functions over those.
"""
