"""The network, defined once in torch for training and export: atoms, encoder, quantizer, vocoder."""
