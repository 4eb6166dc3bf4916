"""One transport for engine, trainer and fitting: framed messages over pipes, a child process, its client."""
