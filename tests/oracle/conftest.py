"""Where torch is missing, the module that needs it isn't looked into."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("torch") else ["by_torch.py"]
