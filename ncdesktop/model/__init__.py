"""The NCGUIWorld model: choose, copy, generate."""
