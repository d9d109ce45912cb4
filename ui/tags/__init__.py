"""Template tags by noun. ``ui.templatetags.tenure`` registers them all; no template loads one."""
