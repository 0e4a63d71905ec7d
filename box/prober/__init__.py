"""A prober: asks the shop from outside, as a customer does, and measures what customers get.

It knows the address of the shop and HTTP, and nothing else of this repository.
"""
