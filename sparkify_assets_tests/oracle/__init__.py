"""An independent reference of the star, row by row in plain Python, and hostile data to compare it on."""
