"""An immutable dict for the mappings in a definition, because an engine may be using the same object."""

from __future__ import annotations

from typing import Any, NoReturn


class FixedDict(dict[str, Any]):
    """A dict that refuses every change. It copies, pickles and compares like a dict; `copy()` gives a plain dict."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(
            "a definition does not change: make another one, such as "
            'attrs.evolve(action, parameters={**action.parameters, "Args/lr": 0.1}), and give it to update()'
        )

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return FixedDict, (dict(self),)  # by default it would be filled with __setitem__, which raises
