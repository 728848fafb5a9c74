"""Deploy the program into an emulated AWS account, and query that account."""
