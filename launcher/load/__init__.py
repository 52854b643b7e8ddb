"""Load for a central system: thousands of charge points with cars that come and go, and what it makes of them."""
