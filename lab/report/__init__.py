"""The HTML report of a comparison: one file without scripts, with its charts as SVG.

* `html`: the page; `figure`: one chart with its sentence and its table
* `headline`, `quantiles`, `timeline`, `differences`, `saturation`, `cold_starts`, `failures`,
  `facts`: the sections
* `svg`, `scales`, `markup`, `theme`, `numbers`: what the sections are drawn with
"""
