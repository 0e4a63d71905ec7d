"""The tier that knows the products: read-heavy and cached."""
