"""What is fast, measured on a real server with a real browser; not tests."""
