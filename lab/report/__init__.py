"""The HTML report of a comparison: one file without scripts, with its charts as SVG.

* `html`: the page; `figure`: one chart with its sentence and its table
* `headline`, `differences`, `spectrum`, `operations`, `saturation`, `timeline`, `cold_starts`,
  `failures`, `facts`: what was measured, and how
* `cost`, `cost_items`, `cost_curve`, `tornado`: what it costs
* `svg`, `scales`, `dumbbells`, `markup`, `numbers`, `money`, `samples`: what the charts are made of
"""
