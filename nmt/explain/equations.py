"""The equations of the paper as MathML, which browsers set themselves; the same in every language."""


def _i(name: str) -> str:
    return f"<mi>{name}</mi>"


def _o(sign: str) -> str:
    return f"<mo>{sign}</mo>"


def _n(number: object) -> str:
    return f"<mn>{number}</mn>"


def _text(name: str) -> str:
    return f"<mi mathvariant='normal'>{name}</mi>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _sub(base: str, index: str) -> str:
    return f"<msub>{base}{index}</msub>"


def _sup(base: str, power: str) -> str:
    return f"<msup>{base}{power}</msup>"


def _frac(above: str, below: str) -> str:
    return f"<mfrac>{above}{below}</mfrac>"


def _root(inner: str) -> str:
    return f"<msqrt>{inner}</msqrt>"


def _sum(index: str) -> str:
    return f"<munder><mo>∑</mo>{index}</munder>"


def _paren(*parts: str) -> str:
    return _row(_o("("), *parts, _o(")"))


def _display(*parts: str) -> str:
    return f'<math display="block">{_row(*parts)}</math>'


_GAP = _o(",") + "<mspace width='.8em'/>"
_x, _q, _k, _v, _t, _D, _W = (_i(name) for name in ("x", "q", "k", "v", "t", "D", "W"))
_comma = _o(",")
_angle = _frac(_t, _sup(_n(10000), _frac(_row(_n(2), _i("i")), _D)))


def _power(index: str) -> str:
    """e to the logit with this index, divided by the temperature."""
    return _sup(_i("e"), _row(_sub(_i("z"), _i(index)), _o("/"), _i("τ")))


_ATTENTION = _display(
    *(_text("Attention"), _paren(_i("Q"), _comma, _i("K"), _comma, _i("V")), _o("=")),
    *(_text("softmax"), _paren(_frac(_row(_i("Q"), _sup(_i("K"), _text("T"))), _root(_sub(_i("d"), _k)))), _i("V")),
)
_HEAD = _display(
    *(_q, _o("="), _x, _sup(_W, _i("Q")), _GAP, _k, _o("="), _x, _sup(_W, _i("K")), _GAP),
    *(_v, _o("="), _x, _sup(_W, _i("V"))),
)
_MASK = _display(
    *(_sub(_i("s"), _row(_i("i"), _i("j"))), _o("="), _o("−"), _n("∞")),
    *("<mspace width='1em'/>", _i("j"), _o("&gt;"), _i("i")),
)
EQUATIONS = {
    "embedding": _display(
        _sub(_x, _t), _o("="), _root(_D), _o("·"), _sub(_i("E"), _i("id")), _o("+"), _sub(_i("p"), _t)
    )
    + _display(
        *(_sub(_i("p"), _row(_t, _comma, _n(2), _i("i"))), _o("="), _text("sin"), _paren(_angle), _GAP),
        *(_sub(_i("p"), _row(_t, _comma, _n(2), _i("i"), _o("+"), _n(1))), _o("="), _text("cos"), _paren(_angle)),
    ),
    "encoder": _HEAD + _ATTENTION,
    "decoder": _MASK,
    "cross": _display(
        *(_q, _o("="), _sub(_x, _text("decoder")), _sup(_W, _i("Q")), _GAP),
        *(_k, _o("="), _sub(_x, _text("encoder")), _sup(_W, _i("K")), _GAP),
        *(_v, _o("="), _sub(_x, _text("encoder")), _sup(_W, _i("V"))),
    ),
    "feed_forward": _display(
        *(_text("FFN"), _paren(_x), _o("="), _text("max")),
        _paren(_n(0), _comma, _x, _sub(_W, _n(1)), _o("+"), _sub(_i("b"), _n(1))),
        *(_sub(_W, _n(2)), _o("+"), _sub(_i("b"), _n(2))),
    ),
    "choice": _display(
        *(_sub(_i("P"), _i("i")), _o("=")),
        _frac(_power("i"), _row(_sum(_i("j")), _power("j"))),
    ),
    "beams": _display(
        *(_text("score"), _paren(_i("y")), _o("="), _frac(_n(1), _sup(_row(_o("|"), _i("y"), _o("|")), _i("α")))),
        *(_sum(_t), _text("log"), _i("P")),
        _paren(_sub(_i("y"), _t), _o("|"), _sub(_i("y"), _row(_o("&lt;"), _t)), _comma, _x),
    ),
}
