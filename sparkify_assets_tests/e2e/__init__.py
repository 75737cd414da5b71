"""From files to tables: the whole of it, judged by the oracle and by what a reader sees."""
