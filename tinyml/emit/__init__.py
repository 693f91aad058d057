"""Kernels for instruction sets, rendered for one layer."""
