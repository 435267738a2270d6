"""Plans for several scenarios at once, of which it is not known yet which one comes."""
