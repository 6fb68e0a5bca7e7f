"""Whether index, contract, chain and issued files agree, and what follows by which rule."""
