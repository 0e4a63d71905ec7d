"""The tier that takes orders: every write happens here, once."""
