"""What customers need next and do not buy from us yet."""
