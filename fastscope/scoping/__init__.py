"""Variables, scopes, and what gives variables their first values."""
