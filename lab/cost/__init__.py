"""What each backend costs in a month, and the traffic at which the cheaper one changes.

* `prices`: the price file; `refresh`: a new one from AWS's public price list
* `inputs`, `traffic`, `tasks`: what the model is calculated from
* `model`: the items of both backends, from `functions`, `containers` and `shared`
* `break_even`: the crossings of the two costs; `sensitivity`: what moves them
* `measured`: inputs from the results of a comparison; `of_results`: its full calculation
* `report`: all of it, for the command, the screens and the HTML report
"""
