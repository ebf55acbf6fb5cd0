"""Markdowns and lines decided together: the joint search, its bounds, and the program of small requests."""
