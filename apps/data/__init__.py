"""The data tier: engine, tables and the goods on the shelf."""
