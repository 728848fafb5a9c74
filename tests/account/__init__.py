"""The program deployed into an emulated account, through boto3, and what the account then says."""
