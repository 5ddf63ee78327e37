"""The codec's core: pure numpy and ONNX Runtime, no torch, no devices, no files but the models' own.

`tier` facts, `framing` and `overlap_add`, the `dna` value and its ring, `tier_model` which runs a tier's graphs,
`tier_fade` which joins two tiers, `dna_moves` which bends codes.
"""
