"""The mathematics: networks, their gradients through time, and the flow of gradients. NumPy only."""
