"""Pairs of an answer and a gold answer whose equality is known by construction, from templates."""
import random


def fraction(n, d):
    return rf"\frac{{{n}}}{{{d}}}"


def whole(r):
    n = r.randint(-5000, 5000)
    return str(n), str(n), str(n + r.choice([1, -1, 10]))


def thousands(r):
    n = r.randint(1000, 9_999_999)
    return f"{n:,}", str(n), str(n + 1)


def simple_fraction(r):
    n, d, k = r.randint(1, 30), r.randint(2, 30), r.randint(2, 5)
    return fraction(n, d), rf"\dfrac{{{n * k}}}{{{d * k}}}", fraction(n + 1, d)


def slash_fraction(r):
    n, d = r.randint(1, 30), r.randint(2, 30)
    return fraction(n, d), f"{n}/{d}", f"{n}/{d + 1}"


def decimal(r):
    n, d = r.randint(1, 99), r.choice([2, 4, 5, 8, 10, 20, 25])
    return fraction(n, d), f"{n / d}", f"{n / d + 0.01:.4f}"


def recurring(r):
    n, d = r.randint(1, 20), r.choice([3, 7, 9, 11])
    while n % d == 0:
        n += 1
    return fraction(n, d), f"{n / d:.7f}", f"{n / d:.3f}"


def mixed(r):
    w, d = r.randint(1, 9), r.randint(2, 9)
    n = r.randint(1, d - 1)
    return fraction(w * d + n, d), rf"{w}\frac{{{n}}}{{{d}}}", rf"{w}\frac{{{n}}}{{{d + 1}}}"


def root(r):
    k, p = r.randint(2, 9), r.choice([2, 3, 5, 6, 7])
    return rf"{k}\sqrt{{{p}}}", rf"\sqrt{{{k * k * p}}}", rf"\sqrt{{{k * k * p + 1}}}"


def surd(r):
    a, p = r.randint(1, 9), r.choice([2, 3, 5, 7])
    return (rf"\frac{{{a}}}{{\sqrt{{{p}}}}}", rf"\frac{{{a}\sqrt{{{p}}}}}{{{p}}}",
            rf"\frac{{{a}\sqrt{{{p}}}}}{{{p + 1}}}")


def power(r):
    b, e = r.randint(2, 9), r.randint(2, 12)
    return f"{b}^{{{e}}}", str(b ** e), str(b ** e - 1)


def percent(r):
    n = r.randint(1, 99)
    return rf"{n}\%", f"{n}%", rf"{n + 1}\%"


def degrees(r):
    n = r.randint(1, 359)
    return rf"{n}^\circ", str(n), rf"{n + 1}^\circ"


def unit(r):
    n, u = r.randint(1, 500), r.choice(["cm", "miles", "square units", "hours"])
    return str(n), rf"{n}\text{{ {u}}}", rf"{n + 1}\text{{ {u}}}"


def money(r):
    n = r.randint(1, 900)
    return str(n), rf"\${n}", rf"\${n + 1}"


def square(r):
    a = r.randint(1, 9)
    return f"x^2+{2 * a}x+{a * a}", f"(x+{a})^2", f"(x+{a})^2+1"


def factored(r):
    a, b = r.randint(1, 9), r.randint(10, 19)
    return f"(x+{a})(x-{b})", f"x^2{a - b:+d}x-{a * b}", f"x^2{a - b:+d}x+{a * b}"


def solutions(r):
    a, b = r.randint(-20, 0), r.randint(1, 20)
    return f"{a}, {b}", f"{b}, {a}", f"{a}, {b + 1}"


def pair(r):
    a, b = r.randint(-20, 20), r.randint(21, 40)
    return f"({a}, {b})", f"({a},{b})", f"({b}, {a})"


def interval(r):
    a, b = r.randint(-20, 0), r.randint(1, 20)
    return f"[{a}, {b})", rf"\left[{a}, {b}\right)", f"({a}, {b})"


def half_line(r):
    a = r.randint(-20, 20)
    return rf"({a}, \infty)", f"x > {a}", rf"x \ge {a}"


def inequality(r):
    a, b = r.randint(-20, 0), r.randint(1, 20)
    return rf"{a} \le x < {b}", f"[{a}, {b})", f"[{a}, {b}]"


def solved(r):
    a = r.randint(-50, 50)
    return str(a), f"x = {a}", f"x = {a + 1}"


def line(r):
    a, b, k = r.randint(2, 9), r.randint(1, 9), r.randint(2, 4)
    return f"y = {a}x + {b}", f"{k}y = {a * k}x + {b * k}", f"y = {a}x - {b}"


def circle(r):
    n, d = r.randint(1, 12), r.randint(13, 20)
    return rf"\frac{{{n}\pi}}{{{d}}}", rf"\frac{{{n}}}{{{d}}}\pi", rf"\frac{{{n + 1}\pi}}{{{d}}}"


def logarithm(r):
    b, e = r.randint(2, 6), r.randint(2, 5)
    return str(e), rf"\log_{{{b}}} {b ** e}", rf"\log_{{{b}}} {b ** (e + 1)}"


def sine(r):
    a, v, w = r.choice([(30, r"\frac{1}{2}", "1"), (60, r"\frac{\sqrt{3}}{2}", r"\frac{1}{2}"),
                        (45, r"\frac{\sqrt{2}}{2}", r"\frac{\sqrt{3}}{2}")])
    return v, rf"\sin {a}^\circ", rf"\sin {a + 1}^\circ"


def factorial(r):
    n, k = r.randint(4, 12), r.randint(2, 3)
    from math import comb
    return str(comb(n, k)), rf"\binom{{{n}}}{{{k}}}", rf"\binom{{{n + 1}}}{{{k}}}"


def matrix(r):
    a, b, c, d = (r.randint(-9, 9) for _ in range(4))
    m = rf"\begin{{pmatrix}} {a} & {b} \\ {c} & {d} \end{{pmatrix}}"
    return (m, rf"\begin{{bmatrix}}{a}&{b}\\{c}&{d}\end{{bmatrix}}",
            rf"\begin{{pmatrix}} {a} & {b} \\ {c} & {d + 1} \end{{pmatrix}}")


def word(r):
    a, b = r.sample(["even", "odd", "north", "Monday", "isosceles"], 2)
    return rf"\text{{{a}}}", rf"\text{{{a}}}", rf"\text{{{b}}}"


def plus_minus(r):
    a, p = r.randint(1, 9), r.choice([2, 3, 5])
    return (rf"{a} \pm \sqrt{{{p}}}", rf"{a} - \sqrt{{{p}}}, {a} + \sqrt{{{p}}}",
            rf"{a} + \sqrt{{{p}}}")


def small(r):
    n = r.randint(1, 9)
    return f"0.0000000{n}", rf"{n} \times 10^{{-8}}", f"0.0000000{n % 9 + 1}"


TEMPLATES = [whole, thousands, simple_fraction, slash_fraction, decimal, recurring, mixed, root, surd,
             power, percent, degrees, unit, money, square, factored, solutions, pair, interval,
             half_line, inequality, solved, line, circle, logarithm, sine, factorial, matrix, word,
             plus_minus, small]


def generated(count, seed=1):
    """[{"template", "gold", "answer", "equal"}], as many equal as different pairs of every template."""
    r = random.Random(seed)
    pairs = []
    for i in range(count):
        template = TEMPLATES[(i // 2) % len(TEMPLATES)]
        gold, same, other = template(r)
        equal = i % 2 == 0
        pairs.append({"template": template.__name__, "gold": gold, "answer": same if equal else other,
                      "equal": equal})
    return pairs
