"""The platform: settings, servers, entry points. Imports everything; nothing imports it."""
