"""Processings, periods, clocks of the law, words that name somebody: pure."""
