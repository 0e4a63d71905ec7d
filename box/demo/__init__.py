"""The demo: breaks the shop on purpose, watches the page arrive and resolve, and holds both against theory."""
