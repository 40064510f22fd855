"""ONNX: a graph builder for export, and served models."""
