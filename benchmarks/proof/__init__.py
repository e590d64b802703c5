"""The proof: simulated companies with known truth and real ones, held against what the product says of them."""
