"""What people are told when something fails, and how: in words, to a webhook."""
