"""How good translations are: any callable from lines to lines can be evaluated."""
