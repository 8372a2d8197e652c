"""What the registry office does, one use case per file, on the ports of `ports.py`."""
