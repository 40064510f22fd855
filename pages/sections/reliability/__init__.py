"""The views of the Reliability page, each of one classifier or of several in one picture, the chosen one first."""
