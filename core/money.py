"""Money as whole minor units, read and printed exactly.

A won has no minor unit, so ₩1,234,000 is 1234000; a euro has two decimals, so €12.50 is 1250.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType

DECIMALS: Mapping[str, int] = MappingProxyType(
    {"KRW": 0, "JPY": 0, "HUF": 2, "EUR": 2, "PLN": 2, "USD": 2, "CAD": 2, "CHF": 2, "GBP": 2}
)
_USUAL_DECIMALS = 2
_SYMBOLS = MappingProxyType({"KRW": "₩", "EUR": "€", "USD": "$", "GBP": "£"})
_AMOUNT = re.compile(r"\d+(?:\.\d+)?")
_KOREAN = re.compile(r"(?:(\d+(?:\.\d+)?)억)?(?:(\d+(?:\.\d+)?)만)?(\d+)?")
_EOK, _MAN = 10**8, 10**4


def decimals(currency: str) -> int:
    """Decimal places of a currency's minor unit; two where we do not know it."""
    return DECIMALS.get(currency, _USUAL_DECIMALS)


def scale(currency: str) -> int:
    """Minor units in one whole unit: 1 for the won, 100 for the euro."""
    return int(10 ** decimals(currency))


def parse(text: str, currency: str) -> int:
    """Minor units of an amount as people write it: digits, thousands commas, a point, a sign.

    Raises
    ------
    ValueError : not an amount, or finer than the currency's minor unit.

    >>> parse("₩12,000,000", "KRW"), parse("1억 2,500만 원", "KRW"), parse("12.5", "EUR")
    (12000000, 125000000, 1250)
    """
    minor = _major(re.sub(r"[\s,_₩원€$£]", "", text)) * scale(currency)
    if minor.denominator != 1:
        raise ValueError(f"finer than {currency} can be paid: {text!r}")
    return minor.numerator


def _major(bare: str) -> Fraction:
    """Whole units of a bare number, which may use 억 and 만."""
    if _AMOUNT.fullmatch(bare):
        return Fraction(bare)
    korean = _KOREAN.fullmatch(bare)
    if not korean or not any(korean.groups()):
        raise ValueError(f"not an amount of money: {bare!r}")
    eok, man, won = (Fraction(part or 0) for part in korean.groups())
    return eok * _EOK + man * _MAN + won


def plain(minor: int, currency: str) -> str:
    """The bare number, as files want it: no commas, no needless zeros.

    >>> plain(1250, "EUR"), plain(1200, "EUR"), plain(1234000, "KRW")
    ('12.5', '12', '1234000')
    """
    whole, rest = divmod(abs(minor), scale(currency))
    fraction = f"{rest:0{decimals(currency)}d}".rstrip("0") if rest else ""
    return ("-" if minor < 0 else "") + str(whole) + (f".{fraction}" if fraction else "")


def exact(minor: int, currency: str) -> str:
    """The amount in full, with its sign: ₩1,234,000.

    >>> exact(1234000, "KRW"), exact(1250, "EUR"), exact(700, "PLN")
    ('₩1,234,000', '€12.50', '7 PLN')
    """
    whole, rest = divmod(abs(minor), scale(currency))
    number = f"{whole:,}" + (f".{rest:0{decimals(currency)}d}" if rest else "")
    minus = "-" if minor < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{minus}{symbol}{number}" if symbol else f"{minus}{number} {currency}"


def in_words(minor: int, currency: str, language: str) -> str:
    """The amount as people say it, never rounded: 1억 2,000만 원, ₩120 million.

    Falls back to `exact` where saying it would lose a digit or gain nothing.

    >>> in_words(120_000_000, "KRW", "ko"), in_words(27_500_000, "KRW", "ko")
    ('1억 2,000만 원', '2,750만 원')
    >>> in_words(1_500_000_000, "KRW", "en"), in_words(1_234, "KRW", "ko")
    ('₩1.5 billion', '1,234원')
    """
    if currency != "KRW" or minor < 0:
        return exact(minor, currency)
    return _korean(minor) if language == "ko" else _english(minor)


def _korean(won: int) -> str:
    if won < _MAN or won % _MAN:
        return f"{won:,}원"
    eok, man = divmod(won // _MAN, _EOK // _MAN)
    parts = [f"{eok:,}억"] * bool(eok) + [f"{man:,}만"] * bool(man)
    return " ".join(parts) + " 원"


def _english(won: int) -> str:
    for unit, name in ((10**9, "billion"), (10**6, "million")):
        if won >= unit and not won % (unit // 100):
            return f"₩{plain(won * 100 // unit, 'EUR')} {name}"
    return exact(won, "KRW")
