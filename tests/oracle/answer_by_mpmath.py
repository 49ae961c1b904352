"""The whole answer of a run in mpmath, as docs/mathematics.md defines it: without a range, with as many digits as asked for.

Plain loops over lists; nothing is shared with the application but the names of its answer.
"""

from fractions import Fraction

from mpmath import mp, mpf

FUNCTIONS = {
    "tanh": (mp.tanh, lambda s: mp.sech(s) ** 2),
    "relu": (lambda s: max(s, mpf(0)), lambda s: mpf(s > 0)),
    "sigmoid": (lambda s: 1 / (1 + mp.exp(-s)), lambda s: mp.exp(-s) / (1 + mp.exp(-s)) ** 2),
    "identity": (lambda s: s, lambda s: mpf(1)),
}


# The next state of every cell, h_t = keeps·h_{t−1} + moves·f(s_t), as (moves, keeps).
CELLS = {"rnn": lambda: (mpf(1), mpf(0)), "leaky": lambda leak: (mpf(leak), 1 - mpf(leak))}


def rows(array):
    return [[mpf(float(value)) for value in row] for row in array]


def column(array):
    return [mpf(float(value)) for value in array]


def product(A, B):
    return [[mp.fsum(a * b for a, b in zip(row, other, strict=True)) for other in zip(*B, strict=True)] for row in A]


def times(A, vector):
    return [mp.fsum(a * b for a, b in zip(row, vector, strict=True)) for row in A]


def transposed(A):
    return [list(row) for row in zip(*A, strict=True)]


def outer(a, b):
    return [[x * y for y in b] for x in a]


def added(*values):
    if isinstance(values[0], list):
        return [added(*parts) for parts in zip(*values, strict=True)]
    return mp.fsum(values)


def scaled(factor, value):
    return [scaled(factor, part) for part in value] if isinstance(value, list) else factor * value


def entries(value):
    return [entry for part in value for entry in entries(part)] if isinstance(value, list) else [value]


def norm(value):
    return mp.sqrt(mp.fsum(entry**2 for entry in entries(value)))


def cosine(a, b):
    return mp.fsum(x * y for x, y in zip(entries(a), entries(b), strict=True)) / (norm(a) * norm(b))


def singular_values(A):
    return sorted((mp.svd_r(mp.matrix(A), compute_uv=False)), reverse=True)


def exact_rank(A):
    """By elimination in rational numbers."""
    left, rank = [[rational(entry) for entry in row] for row in A], 0
    for place in range(len(A[0])):
        pivot = next((row for row in left[rank:] if row[place]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for row in left[rank + 1 :]:
            factor = row[place] / pivot[place]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        rank += 1
    return rank


def rational(value):
    """The number itself: a binary fraction."""
    sign, mantissa, exponent, _ = mpf(value)._mpf_
    return Fraction(-mantissa if sign else mantissa) * Fraction(2) ** exponent


class Answer:
    """Everything that a run with these weights and data has to say."""

    def __init__(
        self,
        weights,
        x,
        target,
        *,
        activation,
        readout,
        loss_steps,
        truncation,
        mode,
        clip_mode,
        threshold,
        learning_rate,
        cell="rnn",
        settings=None,
    ):
        self.weights = {name: rows(value) if value.ndim == 2 else column(value) for name, value in weights.items()}
        self.x, self.target, self.activation, self.readout = rows(x), rows(target), activation, readout
        self.at, self.K, self.mode = loss_steps, truncation, mode
        self.clip_mode, self.threshold, self.learning_rate = clip_mode, mpf(threshold), mpf(learning_rate)
        self.T, self.H = len(x), len(weights["h_0"])
        self.moves, self.keeps = CELLS[cell](**(settings or {}))
        self.is_product = self.keeps == 0  # J_t = diag(f') W
        self.s, self.h, self.z, self.y, self.losses = self.forward(self.weights)
        derivative = FUNCTIONS[activation][1]
        self.slopes = [[derivative(s) for s in step] for step in self.s]  # row t−1
        self.gains = [[self.moves * slope for slope in step] for step in self.slopes]  # ∂h_t/∂s_t
        identity = [[mpf(i == j) for j in range(self.H)] for i in range(self.H)]
        direct = scaled(self.keeps, identity)
        self.J = [added([scaled(gain, row) for gain, row in zip(step, self.weights["W"], strict=True)], direct) for step in self.gains]
        self.products = {(t, t): identity for t in range(self.T + 1)}  # (t, k): ∂h_t/∂h_k
        for t in range(1, self.T + 1):
            for k in range(t):
                self.products[t, k] = product(self.J[t - 1], self.products[t - 1, k])

    def forward(self, weights):
        function = FUNCTIONS[self.activation][0]
        s, h, z, y, losses = [], [weights["h_0"]], [], [], []
        for x, target in zip(self.x, self.target, strict=True):
            s.append(added(times(weights["U"], x), times(weights["W"], h[-1]), weights["b_s"]))
            h.append([self.keeps * old + self.moves * function(value) for old, value in zip(h[-1], s[-1], strict=True)])
            z.append(added(times(weights["V"], h[-1]), weights["b_z"]))
            if self.readout == "softmax":
                total = mp.fsum(mp.exp(value) for value in z[-1])
                y.append([mp.exp(value) / total for value in z[-1]])
                losses.append(-mp.fsum(t * mp.log(p) for t, p in zip(target, y[-1], strict=True) if t))
            else:
                y.append(z[-1])
                losses.append(mp.fsum((value - t) ** 2 for value, t in zip(z[-1], target, strict=True)))
        return s, h, z, y, losses

    def dL_dz(self, t):
        factor = 1 if self.readout == "softmax" else 2
        return [factor * (a - b) for a, b in zip(self.y[t - 1], self.target[t - 1], strict=True)]

    def adjoint(self, t, k):
        """∂L_t/∂h_k."""
        return times(transposed(self.products[t, k]), times(transposed(self.weights["V"]), self.dL_dz(t)))

    def local(self, t, k):
        """∂L_t/∂s_k."""
        return [a * gain for a, gain in zip(self.adjoint(t, k), self.gains[k - 1], strict=True)]

    def zero(self, name):
        return scaled(0, self.weights[name])

    def gradients(self, keeps):
        """Every parameter's gradient, of the terms (t, k) that are kept; V and b_z have one at each loss step, h_0 goes with k = 1."""
        found = {name: [self.zero(name)] for name in self.weights}
        for t in self.at:
            found["V"].append(outer(self.dL_dz(t), self.h[t]))
            found["b_z"].append(self.dL_dz(t))
            for k in range(1, t + 1):
                if keeps(t, k):
                    local = self.local(t, k)
                    found["W"].append(outer(local, self.h[k - 1]))
                    found["U"].append(outer(local, self.x[k - 1]))
                    found["b_s"].append(local)
            if keeps(t, 1):
                found["h_0"].append(self.adjoint(t, 0))
        return {name: added(*terms) for name, terms in found.items()}

    def kept(self, K):
        if self.mode == "chunked":
            return lambda t, k: (t - 1) // K == (k - 1) // K
        return lambda t, k: t - k < K

    def clipped(self, gradients):
        if self.clip_mode == "value":
            return {name: clamped(value, self.threshold) for name, value in gradients.items()}
        if self.clip_mode == "per_parameter":
            return {name: scaled(factor_of(norm(value), self.threshold), value) for name, value in gradients.items()}
        return {name: scaled(factor_of(norm(list(gradients.values())), self.threshold), value) for name, value in gradients.items()}

    def loss_after(self, step):
        moved = {name: added(self.weights[name], scaled(-1, step[name])) for name in self.weights}
        losses = self.forward(moved)[-1]
        return mp.fsum(losses[t - 1] for t in self.at)

    def split(self):
        """Decades that the weights and the derivatives take along the direction that ∂h_T/∂h_0 stretches most, seen from its end."""
        U, _, _ = mp.svd_r(mp.matrix(self.products[self.T, 0]))
        u = [U[i, 0] for i in range(self.H)]
        weights = derivatives = mpf(0)
        for slopes in self.slopes[::-1]:
            local = [a * slope for a, slope in zip(u, slopes, strict=True)]
            before = times(transposed(self.weights["W"]), local)
            derivatives += mp.log10(norm(local) / norm(u))
            weights += mp.log10(norm(before) / norm(local))
            u = before
        return weights, derivatives


def factor_of(size, threshold):
    return mpf(1) if size <= threshold else threshold / size


def clamped(value, threshold):
    return [clamped(part, threshold) for part in value] if isinstance(value, list) else max(-threshold, min(threshold, value))
