"""Where torch is missing, the modules that need it aren't looked into."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("torch") else ["by_torch.py", "reference.py", "trainings_by_torch.py"]
