"""The tests; a package so that merkletools, which installs one of the same name, does not hide it."""
