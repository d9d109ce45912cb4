"""The screens of the engine, by noun."""
