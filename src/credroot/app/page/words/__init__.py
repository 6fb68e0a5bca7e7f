"""What people are told of a report: in which words, under which heading, and as what."""
