"""ONNX Runtime, told before it is imported not to report over the network to its makers."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

__all__ = ["ort"]
