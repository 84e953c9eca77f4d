"""The hindcast: forecasts of the model and of its rivals from earlier origins, scored by what was published later.

No rival sees more than the information set of its origin, and no observation that is scored can influence a forecast.
"""
