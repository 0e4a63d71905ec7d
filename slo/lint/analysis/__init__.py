"""What checks derive from queries: dimensions, scale, values that matchers accept, words of newer servers."""
