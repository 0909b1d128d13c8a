"""Compiled rooms beside :mod:`corridors.kernel`: arrays in, arrays out."""
