"""The methods behind the figures: quantiles, shares, blocks and intervals.

Only `bootstrap` needs numpy.
"""
