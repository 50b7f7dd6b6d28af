"""Benchmarks: the bars of the project, with the peer beside us where one is named."""
