"""Functions from pixels to pixels: drawings to digits, and transforms of digits."""
