"""The API's contract (requests, answers, catalog), derived from the dataclasses of explore, train and cliff."""
