"""Training on recorded sessions."""
