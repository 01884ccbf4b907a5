"""The sample project: a generator of shop-support messages, and what it wrote."""
