"""Container images: reading the Dockerfile, building the image, and running containers of it."""
