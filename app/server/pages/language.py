"""The language of a page: decided here, and nowhere else."""

from app.contract.forms import LANGUAGES


def language_of(asked: str | None, accept_language: str) -> str:
    """The first language that a page has of the one asked for in its URL and those that the browser prefers.

    Parameters
    ----------
    asked : str or None
        The page parameter `lang`: a language tag such as ko or ko-KR.
    accept_language : str
        The header (RFC 9110, section 12.5.4): language tags, each with a weight q from 0 to 1, or 1 without one.

    Examples
    --------
    >>> language_of(None, "fr, en;q=0.5, ko-KR;q=0.9")
    'ko'
    >>> language_of("en", "ko"), language_of("xx", "fr")
    ('en', 'en')
    """
    wanted = [asked or "", *_preferred(accept_language)]
    known = (tag.strip().lower().partition("-")[0] for tag in wanted)
    return next((language for language in known if language in LANGUAGES), LANGUAGES[0])


def _preferred(accept_language: str) -> list[str]:
    """Tags by descending weight; in their order where the weight is the same."""
    weighted = []
    for choice in accept_language.split(","):
        tag, _, weight = choice.replace(" ", "").partition(";q=")
        weighted.append((_weight(weight), tag))
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0.0]


def _weight(text: str) -> float:
    """A weight; 1 where there is none, 0 for what is not a weight."""
    whole, _, decimals = text.partition(".")
    if not text:
        return 1.0
    return float(text) if whole in ("0", "1") and (not decimals or (decimals.isascii() and decimals.isdigit())) else 0.0
