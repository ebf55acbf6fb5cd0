"""Public fixed-cost network design instances as network directories' tables."""
