"""The roof: puts the house together, holds no business rule."""

import gc

# A portal is made of hundreds of thousands of objects that stay: looking for cycles among them every 700 new ones takes
# a quarter of the time in which a process starts.
gc.set_threshold(50_000)
