"""What customers are worth, what they cost and what changed."""
