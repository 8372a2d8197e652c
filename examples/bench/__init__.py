"""What the story costs: seconds and bytes of each step per 1,000 people, measured in a running town."""
