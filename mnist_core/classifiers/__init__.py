"""What is compared: the spec, the registry, one file a family, and the served model."""
