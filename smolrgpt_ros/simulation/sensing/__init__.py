"""What a camera sees of it: pictures, depth, truth."""
