"""Sizes that are not known yet: polynomials of named dims, such as `2,359,296 x H x W`.

The layers' formulas run on them as on numbers. What two of them are to each other is undecided
where it depends on the dims: then every comparison is false, so that nothing is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

# The coefficient of each product of named dims; that of no dims is a plain number.
_Terms = Mapping["tuple[str, ...]", int]


# A formula beyond these tells nobody anything, and would grow with every layer.
_MOST_TERMS = 64
_LONGEST_NAME = 1000


class FormulaTooLongError(ValueError):
    """A value has no formula that could be read."""


class Formula:
    """A polynomial of named dims with integer coefficients.

    Args:
        terms: the coefficient of each product of dims.
    """

    __slots__ = ("terms",)

    def __init__(self, terms: _Terms) -> None:
        self.terms = {dims: count for dims, count in terms.items() if count}
        if len(self.terms) > _MOST_TERMS:
            raise FormulaTooLongError

    @classmethod
    def named(cls, name: str) -> Formula:
        """A dim by its name, or a rounded quotient by its text."""
        if len(name) > _LONGEST_NAME:
            raise FormulaTooLongError
        return cls({(name,): 1})

    @property
    def constant(self) -> int | None:
        """The number that it is, whatever the dims are; `None` where it depends on them."""
        return self.terms.get((), 0) if not self.terms.keys() - {()} else None

    def __add__(self, other: int | Formula) -> Formula:
        terms = dict(self.terms)
        for dims, count in _terms(other).items():
            terms[dims] = terms.get(dims, 0) + count
        return Formula(terms)

    __radd__ = __add__

    def __neg__(self) -> Formula:
        return self * -1

    def __sub__(self, other: int | Formula) -> Formula:
        return self + -other

    def __rsub__(self, other: int) -> Formula:
        return -self + other

    def __mul__(self, other: int | Formula) -> Formula:
        terms: dict[tuple[str, ...], int] = {}
        for dims, count in self.terms.items():
            for more, times in _terms(other).items():
                key = tuple(sorted((*dims, *more)))
                terms[key] = terms.get(key, 0) + count * times
        return Formula(terms)

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> Formula:
        return self._rounded("floor", divisor)

    def ceil_div(self, divisor: int) -> Formula:
        """The quotient, rounded up."""
        return self._rounded("ceil", divisor)

    def _rounded(self, how: str, divisor: int) -> Formula:
        whole = {dims: count // divisor for dims, count in self.terms.items()}
        rest = Formula({dims: count % divisor for dims, count in self.terms.items()})
        number = rest.constant
        if number is not None:
            return Formula(whole) + (-(-number // divisor) if how == "ceil" else number // divisor)
        inside = f"({rest})" if len(rest.terms) > 1 or " x " in str(rest) else str(rest)
        return Formula(whole) + Formula.named(f"{how}({inside} / {divisor:,})")

    def largest(self, numbers: Sequence[int | Formula]) -> int | Formula:
        """The largest of several; a formula of the largest where that depends on the dims."""
        kept: list[int | Formula] = []
        for number in numbers:
            if not any(_never_less(other, number) for other in kept):
                kept = [other for other in kept if not _never_less(number, other)]
                kept.append(number)
                if len(kept) > _MOST_TERMS:
                    raise FormulaTooLongError
        return kept[0] if len(kept) == 1 else self.named(f"max({', '.join(map(str, kept))})")

    def __mod__(self, divisor: int) -> int:
        """0: nobody can say that something is left."""
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (int, Formula)) and not (self - other).terms

    def __ne__(self, other: object) -> bool:
        if not isinstance(other, (int, Formula)):
            return True
        return bool((self - other).constant)

    def __lt__(self, other: int | Formula) -> bool:
        difference = (self - other).constant
        return difference is not None and difference < 0

    def __le__(self, other: int | Formula) -> bool:
        difference = (self - other).constant
        return difference is not None and difference <= 0

    def __gt__(self, other: int | Formula) -> bool:
        return -self < -other

    def __ge__(self, other: int | Formula) -> bool:
        return -self <= -other

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __str__(self) -> str:
        ordered = sorted(self.terms.items(), key=lambda term: (-len(term[0]), term[0]))
        text = " + ".join(_term_text(dims, count) for dims, count in ordered) or "0"
        return text.replace("+ -", "- ")

    __repr__ = __str__


def _never_less(one: int | Formula, other: int | Formula) -> bool:
    """Whether this is plain to see: no dim is negative."""
    difference = one - other
    counts = difference.terms.values() if isinstance(difference, Formula) else [difference]
    return all(count >= 0 for count in counts)


def _terms(number: int | Formula) -> _Terms:
    return number.terms if isinstance(number, Formula) else {(): number}


def _term_text(dims: tuple[str, ...], count: int) -> str:
    factors = list(dims) if count == 1 and dims else [f"{count:,}", *dims]
    if count == -1 and dims:
        factors = [f"-{dims[0]}", *dims[1:]]
    return " x ".join(factors)
