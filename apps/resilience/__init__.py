"""How the shop behaves when something it needs is slow, failing or gone."""
