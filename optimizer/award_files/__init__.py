"""Award directories: an award as files, written for people and programs, and read back."""
