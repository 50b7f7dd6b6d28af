"""Reports: answers counted from what other rooms recorded. Reads their queries, writes nothing."""
