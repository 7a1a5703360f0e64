"""How a batch of readings becomes rows: `state` is what is known, `decide` what a reading means, `write` is bulk."""
