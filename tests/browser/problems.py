"""What the page must not do, as a list that a test may say what it expects of."""


class Problems(list[str]):
    """Console errors, uncaught exceptions, requests to other origins, as they come up."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[str] = []

    def expect(self, *fragments: str) -> None:
        """From the test's first line to its last, messages with one of these in them are no failure: the test provokes them."""
        self.expected += fragments

    def unexpected(self) -> list[str]:
        return [problem for problem in self if not any(fragment in problem for fragment in self.expected)]
