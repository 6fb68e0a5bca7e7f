"""What an audit leaves: a report for programs and people, a checkpoint, what changed since the last one."""
