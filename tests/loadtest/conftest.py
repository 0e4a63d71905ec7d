"""Imports Locust without its patches of the standard library: other tests here need that whole."""

import os

os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
import locust as _locust  # noqa: F401 - after the variable that it reads

del os.environ["LOCUST_SKIP_MONKEY_PATCH"]  # programs that tests start need the patches
