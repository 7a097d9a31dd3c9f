"""The copy of a model that CTranslate2 runs."""
