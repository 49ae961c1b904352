"""What runs, trainings and the cliff share: how a parameter is declared, how a network is built, what a cost is."""
