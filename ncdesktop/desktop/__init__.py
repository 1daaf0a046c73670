"""A real XFCE4 desktop as a world, and those who use it."""
