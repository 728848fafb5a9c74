"""Send the requests of the API's contract to both backends, and compare the responses."""
