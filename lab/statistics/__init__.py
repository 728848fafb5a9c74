"""The methods behind the figures: quantiles, shares, blocks and intervals.

Only `bootstrap` needs numpy, and imports it when it is called.
"""
