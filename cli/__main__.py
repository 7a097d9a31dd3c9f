"""``python -m nmt_cli`` is ``nmt``."""

from .main import main

main()
