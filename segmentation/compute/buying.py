"""Lifetime value of customers who pay when they like: BG/NBD and Gamma-Gamma.

BG/NBD (Fader, Hardie, Lee 2005): while alive a customer buys at a rate λ ~ Gamma(r, α); after each
purchase it drops out with probability p ~ Beta(a, b). Gamma-Gamma (Fader, Hardie 2013): purchases of a
customer vary around its own mean, and the means vary between customers with shape q and scale v; how
often and how much are independent of each other. Both are fitted by maximum likelihood.

The value of a customer over a horizon = expected purchases in it × expected amount of a purchase.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import digamma, gammaln, hyp2f1

from segmentation.compute.payment_summary import BuyingSummary

Floats = npt.NDArray[np.float64]

LEAST_REPEATERS = 30
"""Customers with a repeat purchase, without which nothing is fitted."""

# Bound of the logarithm of a parameter, in scaled units. A sample whose customers hardly differ has
# its maximum at infinity; beyond e^10 nothing that is read from the model changes any more.
_EDGE = 10.0


class NotEstimable(Exception):
    """Why there is no model: one of the codes TOO_FEW, NO_FIT, NO_MEAN."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


TOO_FEW, NO_FIT, NO_MEAN = "too_few", "no_fit", "no_mean"


@dataclass(frozen=True)
class Buying:
    """BG/NBD: r, alpha (in the unit of time), a, b; `log_likelihood` of the sample."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def alive(self, repeats: Floats, recency: Floats, age: Floats) -> Floats:
        """The probability that a customer has not dropped out."""
        with np.errstate(over="ignore"):
            odds = np.exp((self.r + repeats) * np.log((self.alpha + age) / (self.alpha + recency)))
        odds = odds * self.a / (self.b + np.maximum(repeats, 1) - 1)
        result: Floats = np.where(repeats > 0, 1 / (1 + odds), 1.0)
        return result

    def purchases(self, repeats: Floats, recency: Floats, age: Floats, horizon: float) -> Floats:
        """Expected purchases within `horizon` from now, given what was seen.

        Written after Euler's transformation of the hypergeometric function, so that nothing
        overflows for customers with many purchases.
        """
        # At a = 1 the formula is a limit; nobody sees a millionth.
        a = self.a + 1e-6 if abs(self.a - 1) < 1e-6 else self.a
        z = horizon / (self.alpha + age + horizon)
        later = a + self.b + repeats - 1
        series = hyp2f1(a + self.b - 1 - self.r, a - 1, later, z)
        unconditional = later / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
        result: Floats = unconditional * self.alive(repeats, recency, age)
        return result


@dataclass(frozen=True)
class Spending:
    """Gamma-Gamma: p, q, v (in the unit of money)."""

    p: float
    q: float
    v: float
    log_likelihood: float

    def amount(self, repeats: Floats, value: Floats) -> Floats:
        """Expected amount of a purchase: the customer's own mean, drawn towards that of all."""
        result: Floats = self.p * (self.v + repeats * value) / (self.p * repeats + self.q - 1)
        return result


@dataclass(frozen=True)
class Values:
    """Per customer of the summary: expected purchases, amount of one, their product."""

    purchases: Floats
    amounts: Floats
    values: Floats
    alive: Floats


def fit_buying(repeats: Floats, recency: Floats, age: Floats) -> Buying:
    """BG/NBD of customers with these repeat purchases, times of the last one and ages, in one unit of
    time.

    Raises:
        NotEstimable: too few repeat customers, or no maximum was found.
    """
    _enough(repeats)
    # Times near 1 let one starting point do for days, weeks and years.
    scale = float(age.mean()) or 1.0
    x, t_x, t = repeats, recency / scale, age / scale
    has_repeats = x > 0
    later = np.maximum(x, 1)

    def loss(parameters: Floats) -> tuple[float, Floats]:
        r, alpha, a, b = np.exp(parameters)
        base = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        base += gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
        stays = -(r + x) * np.log(alpha + t)
        leaves = np.log(a) - np.log(b + later - 1) - (r + x) * np.log(alpha + t_x)
        leaves = np.where(has_repeats, leaves, -np.inf)
        total = np.logaddexp(stays, leaves)
        left = np.exp(leaves - total)
        stayed = 1 - left
        common = digamma(a + b) - digamma(a + b + x)
        by_r = digamma(r + x) - digamma(r) + np.log(alpha)
        by_r -= stayed * np.log(alpha + t) + left * np.log(alpha + t_x)
        by_alpha = r / alpha - (r + x) * (stayed / (alpha + t) + left / (alpha + t_x))
        by_a = common + left / a
        by_b = common + digamma(b + x) - digamma(b) - left / (b + later - 1)
        slopes = np.array([r * by_r.mean(), alpha * by_alpha.mean(), a * by_a.mean(), 0.0])
        slopes[3] = b * by_b.mean()
        return -float((base + total).mean()), -slopes

    parameters, mean = _minimum(loss, np.zeros(4))
    r, alpha, a, b = (float(value) for value in np.exp(parameters))
    # Scaling time by s adds x·ln s to each customer's likelihood.
    log_likelihood = -mean * len(x) - float(x.sum()) * float(np.log(scale))
    return Buying(r, alpha * scale, a, b, log_likelihood)


def fit_spending(repeats: Floats, value: Floats) -> Spending:
    """Gamma-Gamma of customers with repeat purchases of these mean values; others are left out.

    Raises:
        NotEstimable: too few repeat customers, no maximum was found, or the mean does not exist.
    """
    used = (repeats > 0) & (value > 0)
    _enough(repeats[used])
    scale = float(value[used].mean())
    x, m = repeats[used], value[used] / scale

    def loss(parameters: Floats) -> tuple[float, Floats]:
        p, q, v = np.exp(parameters)
        logs = np.log(x * m + v)
        total = gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
        total += (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * logs
        by_p = x * (digamma(p * x + q) - digamma(p * x) + np.log(m) + np.log(x) - logs)
        by_q = digamma(p * x + q) - digamma(q) + np.log(v) - logs
        by_v = q / v - (p * x + q) / (x * m + v)
        slopes = np.array([p * by_p.mean(), q * by_q.mean(), v * by_v.mean()])
        return -float(total.mean()), -slopes

    parameters, mean = _minimum(loss, np.zeros(3))
    p, q, v = (float(number) for number in np.exp(parameters))
    if q <= 1:
        raise NotEstimable(NO_MEAN)
    log_likelihood = -mean * len(x) - len(x) * float(np.log(scale))
    return Spending(p, q, v * scale, log_likelihood)


def value_of(summary: BuyingSummary, buying: Buying, spending: Spending, horizon: float) -> Values:
    """Of each customer over the next `horizon` (in the summary's unit of time), nothing discounted.

    Raises:
        NotEstimable: the fitted models give no finite number.
    """
    repeats = summary.repeats.astype(np.float64)
    recency, age = summary.recency.astype(np.float64), summary.age.astype(np.float64)
    purchases = buying.purchases(repeats, recency, age, horizon)
    amounts = spending.amount(repeats, np.maximum(summary.repeat_value, 0.0))
    values = purchases * amounts
    if not np.isfinite(values).all():
        raise NotEstimable(NO_FIT)
    return Values(purchases, amounts, values, buying.alive(repeats, recency, age))


def independence(summary: BuyingSummary) -> float | None:
    """The correlation of how often and how much, which Gamma-Gamma takes to be none."""
    used = (summary.repeats > 0) & (summary.repeat_value > 0)
    x, m = summary.repeats[used].astype(np.float64), summary.repeat_value[used]
    if len(x) < LEAST_REPEATERS or x.std() == 0 or m.std() == 0:
        return None
    return float(np.corrcoef(x, m)[0, 1])


def _enough(repeats: Floats) -> None:
    if int((repeats > 0).sum()) < LEAST_REPEATERS:
        raise NotEstimable(TOO_FEW)


def _minimum(loss: Callable[[Floats], tuple[float, Floats]], start: Floats) -> tuple[Floats, float]:
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_EDGE, _EDGE)] * len(start),
        options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-9},
    )
    inside = np.abs(found.x) < _EDGE - 0.001
    slopes = np.abs(found.jac[inside])
    if not np.isfinite(found.fun) or (slopes > 1e-4).any():
        raise NotEstimable(NO_FIT)
    return found.x, float(found.fun)
