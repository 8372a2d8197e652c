"""What a wallet knows and decides, as values and functions: no clock, socket, database or framework."""
