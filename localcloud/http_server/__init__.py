"""What the local HTTP servers share: API Gateway's and the load balancer's."""
