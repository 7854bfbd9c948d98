"""What stands in a simulated warehouse and where."""
