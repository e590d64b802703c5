"""The rules that turn findings into proposed decisions."""
