"""Judging constructor arguments: evidence, comparison, and verdicts.  [pytest's side]"""
