from names import *  # noqa: F403

metadata = Sides()  # noqa: F405
