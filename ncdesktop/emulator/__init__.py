"""What users of an emulator expect, around any world."""
