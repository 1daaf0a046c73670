"""A desktop that no operating system runs: a neural network dreams every next screen."""
