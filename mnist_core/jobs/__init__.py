"""Training jobs: a queue for each server, a process for each training and a lock for each machine."""
