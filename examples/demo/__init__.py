"""The whole chain with every party as a process of its own: `python -m examples.demo`."""
