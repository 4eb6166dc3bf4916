"""A bundle on disk: saved whole, loaded only when everything fits its configuration."""
