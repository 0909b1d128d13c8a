"""Other formats and other models' data."""
