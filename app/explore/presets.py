"""Settings worth looking at, each with the one thing that it shows. Their words stand in the locales (preset.…)."""

from app.common.preset import Preset

PRESETS = {
    preset.name: preset
    for preset in (
        # The network of the textbook: 3 inputs, 4 hidden units, 2 outputs, so U is 4×3, W 4×4 and V 2×4.
        Preset(
            "textbook",
            {
                "source": "white_noise",
                "input_size": 3,
                "hidden_size": 4,
                "output_size": 2,
                "length": 3,
                "spectral_radius": 0.9,
                "loss_at": "every",
            },
        ),
        Preset("vanishing", {"spectral_radius": 0.6, "initializer": "orthogonal", "input_scale": 0.2}),
        Preset("exploding", {"spectral_radius": 1.3, "activation": "identity", "input_scale": 0.1}),
        Preset("edge", {"spectral_radius": 1.0, "initializer": "orthogonal", "input_scale": 0.02}),
        # ρ well above 1, yet the gradient dies: large inputs push every tanh into its flat ends.
        Preset("saturation", {"spectral_radius": 1.5, "input_scale": 4.0}),
        # Non-normal W: ρ < 1 decides the long run, σ_max > 1 the first steps. This seed's W grows it sixfold first.
        Preset(
            "transient_growth",
            {"hidden_size": 6, "length": 80, "spectral_radius": 0.95, "activation": "identity", "input_scale": 0.1, "seed": 130},
        ),
        Preset("truncated", {"truncation": 10, "spectral_radius": 1.0, "initializer": "orthogonal", "input_scale": 0.02}),
        # Linear and orthogonal: everything grows by a tenth per step, so the gradient is long whatever the seed.
        Preset(
            "clipped",
            {
                "spectral_radius": 1.1,
                "initializer": "orthogonal",
                "activation": "identity",
                "loss_at": "every",
                "clip_threshold": 1.0,
                "input_scale": 0.1,
            },
        ),
        Preset("orthogonal", {"spectral_radius": 1.0, "initializer": "orthogonal", "activation": "identity", "input_scale": 0.1}),
    )
}
