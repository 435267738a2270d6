"""The rules, one family a module; ``gridblock.model.build`` lists them."""
