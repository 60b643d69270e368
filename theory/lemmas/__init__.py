"""The claims. Importing this package registers those of all its modules; `theory.blueprint` puts them in order."""

import importlib
import pkgutil

for _found in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_found.name}")
