"""One exploration: its parameters, what is computed from them, the verdict, the presets."""
