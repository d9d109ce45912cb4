"""What people type, checked before an action gets it."""
