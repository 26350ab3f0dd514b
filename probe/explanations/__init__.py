"""What every diagnosis and finding means, how it is proven and how to fix it, as data."""
