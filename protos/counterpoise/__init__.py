"""The wire format: protos and the code generated from them by ``protos/generate.py``."""
