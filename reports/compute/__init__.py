"""Pure computation: frames in, frames out. Nothing here knows Django, the clock or chance."""
