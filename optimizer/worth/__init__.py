"""What units are worth and cost, in exact integers: the readings that builder and certificate share."""
