"""What follows from the dataclasses: what a request may say, what an answer holds, the catalog."""
