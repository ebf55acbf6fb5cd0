"""Awards of events with thousands of items: prices of rows, and programs over what is left open at those prices."""
