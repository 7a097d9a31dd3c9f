"""The bundled corpus; installed as the package nmt_corpora."""
