"""Pure numbers: arrays and frames in, arrays and frames out; no files, no pictures."""
